// What a question to a hierarchy reads and writes; see query.cpp and table.cpp.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#include "cch.h"

namespace cch {

// What a query reads: for each direction the arcs of every vertex to higher ones. Either all edges of a hierarchy,
// or the few of them that can lie on a cheapest path, each with the vertex that it leads over.
// A pack can be damaged: what leads out of the arrays or down again is left out, never followed.
struct Ladder {
    int64_t vertices, ways[2];
    const int32_t *parent, *first[2], *head[2], *cost[2], *middle[2];
    const uint8_t *packed[2];  // in place of heads, costs and middles; then `first` and `ways` count bytes
    int64_t in_bytes;          // whether every part of a packed way takes whole bytes, as up to format 6
};

// Groups of states with what counts at each: where paths may begin, or end.
struct Groups {
    int64_t count;
    const int64_t *first;
    const int32_t *state, *ms;
};

// One of those groups.
struct Ends {
    int64_t count;
    const int32_t *state, *ms;
    Ends(const Groups &g, int64_t i)
        : count(g.first[i + 1] - g.first[i]), state(g.state + g.first[i]), ms(g.ms + g.first[i]) {}
};

// How many bits the parts of a way take, and how many bytes the whole.
struct Layout {
    int head_bits, before_middle, size;
    uint32_t head_mask, cost_mask, middle_mask;

    Layout(int head, int cost, int middle)
        : head_bits(head), before_middle(head + cost), size((head + cost + middle + 7) >> 3), head_mask(mask(head)),
          cost_mask(mask(cost)), middle_mask(mask(middle)) {}

  private:
    static uint32_t mask(int bits) { return (uint32_t)((1ull << bits) - 1); }
};

#if defined(__x86_64__) && defined(__GNUC__)
#define CAN_COMPARE_EIGHT 1

#define WITH_AVX2 __attribute__((target("avx2")))

// What two ways begin with, heads and costs.
WITH_AVX2 inline __m128i two_ways(const uint8_t *at, int size) {
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)at), _mm_loadl_epi64((const __m128i *)(at + size)));
}

// Of two times four numbers of 64 bits the lower halves; those of each half of `a` come before those of `b`.
WITH_AVX2 inline __m256i lower_halves(__m256i a, __m256i b) {
    return _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88));
}

// Tells, by a bit each, which of eight ways of a vertex bring their heads as near as known, or nearer. `nearness` is that of the vertex and
// of those above it, `count` in all, behind which there is one more number.
WITH_AVX2 inline unsigned near_of_eight(const uint8_t *at, const Layout &l, const Cost *nearness, int64_t count,
                                          Cost near) {
    __m256i a = _mm256_set_m128i(two_ways(at + 4 * l.size, l.size), two_ways(at, l.size));
    __m256i b = _mm256_set_m128i(two_ways(at + 6 * l.size, l.size), two_ways(at + 2 * l.size, l.size));
    __m128i shift = _mm_cvtsi32_si128(l.head_bits);
    __m256i head = _mm256_and_si256(lower_halves(a, b), _mm256_set1_epi32((int)l.head_mask));
    __m256i cost = lower_halves(_mm256_srl_epi64(a, shift), _mm256_srl_epi64(b, shift));
    cost = _mm256_and_si256(cost, _mm256_set1_epi32((int)l.cost_mask));
    // What a damaged pack says leads nowhere, and costs too much to be nearer.
    head = _mm256_min_epu32(head, _mm256_set1_epi32((int)count));
    cost = _mm256_min_epu32(cost, _mm256_set1_epi32(INT32_MAX));
    __m256i known = _mm256_i32gather_epi32((const int *)nearness, head, 4);
    __m256i found = _mm256_sub_epi32(_mm256_set1_epi32((int)near), cost);
    return ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(known, found))) & 0xff;
}
#endif

// Memory that is zero until it is written: pages that no query touches take no room.
template <class T>
struct Zeroed {
    T *at;
    explicit Zeroed(int64_t count) : at((T *)std::calloc(count + 1, sizeof(T))) {
        if (!at) throw std::bad_alloc();
    }
    ~Zeroed() { std::free(at); }
    Zeroed(const Zeroed &) = delete;
    Zeroed &operator=(const Zeroed &) = delete;
};

// A vertex was reached for what it costs over another arc as well.
struct Tie {
    int32_t vertex, arc, from;
    Cost cost;
};

// How far each vertex is from one end, and over which arc of which vertex it was reached.
class Side {
  public:
    const int64_t vertices;
    std::vector<int32_t> touched;
    std::vector<Tie> ties;  // also those at costs that were lowered afterwards

    explicit Side(int64_t count) : vertices(count), nearness_(new Zeroed<Cost>(count)), over_(new Zeroed<Over>(count)) {}
    Cost cost(int32_t v) const { return INFINITE - nearness_->at[v]; }
    int32_t arc(int32_t v) const { return over_->at[v].arc_above - 1; }
    int32_t from(int32_t v) const { return over_->at[v].from_above - 1; }
    bool improve(int32_t v, Cost cost, int32_t arc, int32_t from) {
        Cost nearer = INFINITE - cost;
        if (nearer <= nearness_->at[v]) {
            if (nearer && nearer == nearness_->at[v]) tie(v, arc, from);
            return false;
        }
        put(v, nearer, arc, from);
        return true;
    }
    void redirect(int32_t v, int32_t arc, int32_t from) { over_->at[v] = {arc + 1, from + 1}; }

    // Goes over the ways that lead up from a vertex.
    void improve_all(const uint8_t *base, int64_t begin, int64_t end, int32_t v, const Layout &layout) {
#ifdef CAN_COMPARE_EIGHT
        static const bool can = __builtin_cpu_supports("avx2");
        if (can) begin = improve_by_eights(base, begin, end, v, layout);
#endif
        const Layout l = layout;
        for (int64_t at = begin; at + l.size <= end; at += l.size) improve_one(base, at, v, l);
    }

    void clear() {
        for (int32_t v : touched) nearness_->at[v] = 0, over_->at[v] = {0, 0};
        worn_ += (int64_t)touched.size();
        touched.clear();
        ties.clear();
        if (worn_ <= MOST_WORN || vertices <= MOST_WORN) return;
        // Each question touches other pages of a country: what none needs any more goes back to the system.
        nearness_.reset();
        over_.reset();
        nearness_.reset(new Zeroed<Cost>(vertices));
        over_.reset(new Zeroed<Over>(vertices));
        worn_ = 0;
    }

  private:
    static const int64_t MOST_WORN = 1 << 20;
    struct Over {
        int32_t arc_above, from_above;  // one more than each, 0: none
    };

    void improve_one(const uint8_t *base, int64_t at, int32_t v, const Layout &l) {
        uint64_t both;
        std::memcpy(&both, base + at, sizeof both);
        const int64_t head = (int64_t)v + (int64_t)(both & l.head_mask);
        const Cost cost = (Cost)(both >> l.head_bits & l.cost_mask), near = nearness_->at[v];
        if (head >= vertices || cost >= near || near - cost < nearness_->at[head]) return;
        if (near - cost > nearness_->at[head]) put((int32_t)head, near - cost, (int32_t)at, v);
        else tie((int32_t)head, (int32_t)at, v);
    }

#ifdef CAN_COMPARE_EIGHT
    // Goes over as many ways as come in eights; returns where the others begin.
    WITH_AVX2 int64_t improve_by_eights(const uint8_t *base, int64_t at, int64_t end, int32_t v, const Layout &layout) {
        const Layout l = layout;
        const Cost near = nearness_->at[v], *nearness = nearness_->at + v;
        for (; at + 8 * l.size <= end; at += 8 * l.size)
            for (unsigned some = near_of_eight(base + at, l, nearness, vertices - v, near); some; some &= some - 1)
                improve_one(base, at + __builtin_ctz(some) * l.size, v, l);
        return at;
    }
#endif

    void put(int32_t v, Cost nearer, int32_t arc, int32_t from) {
        if (!nearness_->at[v]) touched.push_back(v);
        nearness_->at[v] = nearer;
        over_->at[v] = {arc + 1, from + 1};
    }

    void tie(int32_t v, int32_t arc, int32_t over) {
        if (over != from(v)) ties.push_back({v, arc, over, cost(v)});
    }

    std::unique_ptr<Zeroed<Cost>> nearness_;  // INFINITE less the cost
    std::unique_ptr<Zeroed<Over>> over_;
    int64_t worn_ = 0;
};

// The ways of one vertex in few bytes. The first two tell how many bits each part of a way takes; then there are, for
// each way, how far up its head is, what it costs, and how far down it leads (0: it is an arc of the graph). Each way
// begins at a whole byte. Eight bytes behind the last vertex belong to nobody, so that two parts are read in one go.
class Packed {
  public:
    [[gnu::always_inline]] Packed(const Ladder &l, int side, int32_t vertex) : base_(l.packed[side]), vertex_(vertex) {
        int64_t begin = std::max(l.first[side][vertex], 0), ways = begin + (l.in_bytes ? 1 : 2);
        int64_t end = std::min<int64_t>(l.first[side][vertex + 1], l.ways[side]);
        if (ways >= end) return;
        int shape = base_[begin] | base_[begin + 1] << 8;
        layout_ = l.in_bytes ? Layout(8 + 8 * (shape & 3), 8 + 8 * (shape >> 2 & 3), 8 * std::min(shape >> 4 & 15, 4))
                             : Layout(1 + (shape & 31), 1 + (shape >> 5 & 31), std::min(shape >> 10, 32));
        at_ = begin_ = ways;
        end_ = end;
    }

    bool is_there() const { return at_ + layout_.size <= end_; }
    void go_to(int64_t arc) { at_ = arc; }
    int64_t count() const { return (end_ - begin_) / layout_.size; }
    int64_t number_of(int64_t arc) const { return (arc - begin_) / layout_.size; }
    int64_t arc_of(int64_t number) const { return begin_ + number * layout_.size; }
    int64_t head() const { return (int64_t)vertex_ + (int64_t)(read(at_) & layout_.head_mask); }
    int64_t middle() const {
        int64_t byte = at_ + (layout_.before_middle >> 3);
        uint32_t below = (uint32_t)(read(byte) >> (layout_.before_middle & 7)) & layout_.middle_mask;
        return below ? (int64_t)vertex_ - below : NONE;
    }
    template <class Way>
    void each(Way way) const {
        const Layout l = layout_;
        for (int64_t at = at_; at + l.size <= end_; at += l.size) {
            uint64_t both = read(at);
            way((int64_t)vertex_ + (int64_t)(both & l.head_mask), (Cost)(both >> l.head_bits & l.cost_mask));
        }
    }

    void improve(Side &s) const { s.improve_all(base_, at_, end_, vertex_, layout_); }

    // The way to a vertex, NONE if there is none.
    int64_t find(int64_t wanted) {
        int64_t first = at_, low = 0, high = (end_ - at_) / layout_.size;
        while (low < high) {
            int64_t half = (low + high) / 2;
            at_ = first + half * layout_.size;
            if (head() < wanted) low = half + 1;
            else high = half;
        }
        at_ = first + low * layout_.size;
        return is_there() && head() == wanted ? at_ : NONE;
    }

  private:
    uint64_t read(int64_t at) const {
        uint64_t found;
        std::memcpy(&found, base_ + at, sizeof found);
        return found;
    }

    const uint8_t *base_;
    int32_t vertex_;
    Layout layout_{8, 8, 0};
    int64_t begin_ = 0, at_ = 0, end_ = 0;
};

struct Scratch {
    Side side[2];
    explicit Scratch(int64_t vertices) : side{Side(vertices), Side(vertices)} {}
};

// Goes up the chains of parents of several vertices at once, lowest first, each vertex once.
class Climb {
  public:
    Climb(const Ladder &l, const Ends &ends) : parent_(l.parent), vertices_(l.vertices) {
        for (int64_t i = 0; i < ends.count; ++i)
            if (ends.state[i] >= 0 && ends.state[i] < l.vertices) heads_.push_back(ends.state[i]);
        std::sort(heads_.begin(), heads_.end());
        heads_.erase(std::unique(heads_.begin(), heads_.end()), heads_.end());
    }
    int32_t peek() const { return heads_.empty() ? INT32_MAX : heads_.front(); }
    void next() {
        int32_t v = heads_.front(), up = parent_[v];
        heads_.erase(heads_.begin());
        if (up <= v || up >= vertices_) return;
        auto place = std::lower_bound(heads_.begin(), heads_.end(), up);
        if (place == heads_.end() || *place != up) heads_.insert(place, up);
    }

  private:
    const int32_t *parent_;
    int64_t vertices_;
    std::vector<int32_t> heads_;
};

inline void seed(Side &s, const Ends &ends) {
    for (int64_t i = 0; i < ends.count; ++i)
        if (ends.state[i] >= 0 && ends.state[i] < s.vertices) s.improve(ends.state[i], (Cost)ends.ms[i], NONE, NONE);
}

inline void relax(const Ladder &l, Side &s, int side, int32_t v) {
    Cost d = s.cost(v);
    if (l.packed[side]) {
        Packed(l, side, v).improve(s);
        return;
    }
    const int32_t *head = l.head[side], *cost = l.cost[side];
    int64_t begin = std::max(l.first[side][v], 0), end = std::min<int64_t>(l.first[side][v + 1], l.ways[side]);
    for (int64_t e = begin; e < end; ++e)
        if (head[e] > v && head[e] < l.vertices) s.improve(head[e], plus(d, (Cost)cost[e]), (int32_t)e, v);
}

// Calls `way(head, cost, number)` for each way of a vertex; they are numbered from 0 on.
template <class Way>
inline void each_way(const Ladder &l, int side, int32_t v, Way way) {
    if (l.packed[side]) {
        int64_t number = 0;
        Packed(l, side, v).each([&](int64_t head, Cost cost) {
            if (head > v && head < l.vertices && cost < INFINITE) way(head, cost, number);
            ++number;
        });
        return;
    }
    int64_t begin = std::max(l.first[side][v], 0), end = std::min<int64_t>(l.first[side][v + 1], l.ways[side]);
    for (int64_t e = begin; e < end; ++e) {
        int32_t head = l.head[side][e];
        Cost cost = (Cost)l.cost[side][e];
        if (head > v && head < l.vertices && cost < INFINITE) way(head, cost, e - begin);
    }
}

}  // namespace cch
