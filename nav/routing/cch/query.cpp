// Questions to a hierarchy: cheapest paths and tables of costs; called through ctypes. See build.cpp.

#include "cch.h"

using namespace cch;

namespace {

// What a query reads: for each direction the arcs of every vertex to higher ones. Either all edges of a hierarchy,
// or the few of them that can lie on a cheapest path, each with the vertex that it leads over.
// A pack can be damaged: what leads out of the arrays or down again is left out, never followed.
struct Ladder {
    int64_t vertices, ways[2];
    const int32_t *parent, *first[2], *head[2], *cost[2], *middle[2];
    const uint8_t *packed[2];  // in place of heads, costs and middles; then `first` and `ways` count bytes
};

// The graph itself: arcs by the state that they leave, and, for searching backwards, by the one that they reach.
struct Graph {
    const int64_t *arc_ms;  // may be left out for a ladder, if no two arcs join the same states
    const int32_t *first_arc, *back_first, *arc_head, *back_arc, *arc_tail;
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

// How the parts of a way lie in few bytes.
struct Layout {
    uint32_t head_mask, cost_mask, middle_mask;
    int head_bits, before_middle, size;
};

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

// How far each vertex is from one end, and over which arc of which vertex it was reached.
class Side {
  public:
    const int64_t vertices;
    std::vector<int32_t> touched;

    explicit Side(int64_t count) : vertices(count), nearness_(new Zeroed<Cost>(count)), over_(new Zeroed<Over>(count)) {}
    Cost cost(int32_t v) const { return INFINITE - nearness_->at[v]; }
    int32_t arc(int32_t v) const { return over_->at[v].arc_above - 1; }
    int32_t from(int32_t v) const { return over_->at[v].from_above - 1; }
    bool improve(int32_t v, Cost cost, int32_t arc, int32_t from) {
        Cost nearer = INFINITE - cost;
        if (nearer <= nearness_->at[v]) return false;
        put(v, nearer, arc, from);
        return true;
    }

    // Goes over ways of `size` bytes each that lead up from a vertex.
    void improve_all(const uint8_t *base, int64_t begin, int64_t end, int32_t v, const Layout &layout) {
        const Cost near = nearness_->at[v], *nearness = nearness_->at;
        const Layout l = layout;
        const int64_t count = vertices;
        for (int64_t at = begin; at + l.size <= end; at += l.size) {
            uint64_t both;
            std::memcpy(&both, base + at, sizeof both);
            int64_t head = (int64_t)v + (int64_t)(both & l.head_mask);
            Cost cost = (Cost)(both >> l.head_bits & l.cost_mask);
            if (head >= count || cost >= near || near - cost <= nearness[head]) continue;
            put((int32_t)head, near - cost, (int32_t)at, v);
        }
    }

    void clear() {
        for (int32_t v : touched) nearness_->at[v] = 0, over_->at[v] = {0, 0};
        worn_ += (int64_t)touched.size();
        touched.clear();
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

    void put(int32_t v, Cost nearer, int32_t arc, int32_t from) {
        if (!nearness_->at[v]) touched.push_back(v);
        nearness_->at[v] = nearer;
        over_->at[v] = {arc + 1, from + 1};
    }

    std::unique_ptr<Zeroed<Cost>> nearness_;  // INFINITE less the cost
    std::unique_ptr<Zeroed<Over>> over_;
    int64_t worn_ = 0;
};

// The ways of one vertex in few bytes. The first of them tells how many each part of a way takes; then there are, for
// each way, how far up its head is, what it costs, and how far down it leads (0: it is an arc of the graph). Eight
// bytes behind the last vertex belong to nobody, so that two parts are read in one go.
class Packed {
  public:
    Packed(const Ladder &l, int side, int32_t vertex) : base_(l.packed[side]), vertex_(vertex) {
        int64_t begin = std::max(l.first[side][vertex], 0);
        int64_t end = std::min<int64_t>(l.first[side][vertex + 1], l.ways[side]);
        if (begin >= end) return;
        uint8_t shape = base_[begin];
        int head = 1 + (shape & 3), cost = 1 + (shape >> 2 & 3), middle = std::min(shape >> 4, 4);
        layout_ = {mask(head), mask(cost), mask(middle), 8 * head, head + cost, head + cost + middle};
        at_ = begin + 1;
        end_ = end;
    }

    bool is_there() const { return at_ + layout_.size <= end_; }
    void go_to(int64_t arc) { at_ = arc; }
    int64_t head() const { return (int64_t)vertex_ + (int64_t)(read<uint64_t>(at_) & layout_.head_mask); }
    int64_t middle() const {
        uint32_t below = read<uint32_t>(at_ + layout_.before_middle) & layout_.middle_mask;
        return below ? (int64_t)vertex_ - below : NONE;
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
    static uint32_t mask(int bytes) { return (uint32_t)((1ull << 8 * bytes) - 1); }

    template <class Number>
    Number read(int64_t at) const {
        Number found;
        std::memcpy(&found, base_ + at, sizeof found);
        return found;
    }

    const uint8_t *base_;
    int32_t vertex_;
    Layout layout_ = {0, 0, 0, 8, 2, 2};
    int64_t at_ = 0, end_ = 0;
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

void seed(Side &s, const Ends &ends) {
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

struct Step {
    int32_t tail;
    int32_t arc;
    int side;
};

// Writes the vertices of a path that consists of a few arcs, each put down to what it leads over.
class Unpacker {
  public:
    Unpacker(const Ladder &ladder, const Index *index, int32_t *out, int64_t room)
        : l_(ladder), x_(index), out_(out), room_(room) {}

    int64_t write(std::vector<Step> &stack, int32_t start) {
        int64_t count = 0;
        if (!put(count, start)) return TOO_LONG;
        while (!stack.empty()) {
            Step step = stack.back();
            stack.pop_back();
            if (!(x_ ? by_triangle(stack, step) : by_middle(stack, step))) {
                if (!put(count, step.side ? step.tail : head_of(step))) return TOO_LONG;
            }
        }
        return count;
    }

  private:
    bool put(int64_t &count, int32_t vertex) {
        if (count >= room_) return false;
        out_[count++] = vertex;
        return true;
    }

    // Going from `a` down to `low` and up to `b`.
    void push(std::vector<Step> &stack, int32_t low, int32_t down, int32_t up) {
        stack.push_back({low, up, 0});
        stack.push_back({low, down, 1});
    }

    Packed packed(const Step &s) const {
        Packed way(l_, s.side, s.tail);
        way.go_to(s.arc);
        return way;
    }

    int32_t head_of(const Step &s) const {
        return l_.packed[s.side] ? (int32_t)packed(s).head() : l_.head[s.side][s.arc];
    }

    bool by_middle(std::vector<Step> &stack, const Step &s) {
        int64_t low, head;
        if (l_.packed[s.side]) {
            Packed way = packed(s);
            low = way.middle();
            head = way.head();
        } else {
            low = l_.middle[s.side][s.arc];
            head = l_.head[s.side][s.arc];
        }
        if (low < 0 || low >= s.tail || head >= l_.vertices) return false;
        int64_t a = s.side ? head : s.tail, b = s.side ? s.tail : head;
        int64_t down = find_way(1, (int32_t)low, (int32_t)a), up = find_way(0, (int32_t)low, (int32_t)b);
        if (down < 0 || up < 0) return false;
        push(stack, (int32_t)low, (int32_t)down, (int32_t)up);
        return true;
    }

    int64_t find_way(int side, int32_t low, int32_t high) {
        if (l_.packed[side]) return Packed(l_, side, low).find(high);
        int64_t begin = l_.first[side][low], end = l_.first[side][low + 1];
        if (begin < 0 || end > l_.ways[side] || begin > end) return NONE;
        return find_edge(l_.first[side], l_.head[side], low, high);
    }

    bool by_triangle(std::vector<Step> &stack, const Step &s) {
        Cost whole = (Cost)l_.cost[s.side][s.arc];
        int32_t down = NONE, up = NONE;
        lower_triangles(*x_, s.side, s.arc, [&](int32_t p, int32_t q) {
            if (plus((Cost)l_.cost[1 - s.side][p], (Cost)l_.cost[s.side][q]) != whole) return true;
            down = s.side ? q : p;
            up = s.side ? p : q;
            return false;
        });
        if (down == NONE) return false;
        push(stack, x_->tail[1][down], down, up);
        return true;
    }

    const Ladder &l_;
    const Index *x_;
    int32_t *out_;
    int64_t room_;
};

// One question: from any source to any target. Returns the number of vertices of the path, 0 without one.
int64_t ask_ladder(const Ladder *l, const Index *x, Scratch *s, const Ends &source, const Ends &target, int64_t *cost,
                   int32_t *path, int64_t room) {
    Side &up = s->side[0], &down = s->side[1];
    seed(up, source);
    seed(down, target);
    Climb ahead(*l, source), behind(*l, target);
    Cost best = INFINITE;
    int32_t meeting = NONE;
    while (true) {
        int32_t v = std::min(ahead.peek(), behind.peek());
        if (v == INT32_MAX) break;
        Cost total = plus(up.cost(v), down.cost(v));
        if (total < best) {
            best = total;
            meeting = v;
        }
        if (ahead.peek() == v) {
            if (up.cost(v) < best) relax(*l, up, 0, v);
            ahead.next();
        }
        if (behind.peek() == v) {
            if (down.cost(v) < best) relax(*l, down, 1, v);
            behind.next();
        }
    }
    int64_t count = 0;
    if (meeting != NONE) {
        std::vector<Step> stack;
        int32_t v = meeting;
        for (; down.from(v) != NONE; v = down.from(v)) stack.push_back({down.from(v), down.arc(v), 1});
        std::reverse(stack.begin(), stack.end());
        for (v = meeting; up.from(v) != NONE; v = up.from(v)) stack.push_back({up.from(v), up.arc(v), 0});
        count = Unpacker(*l, x, path, room).write(stack, v);
    }
    *cost = best;
    up.clear();
    down.clear();
    return count;
}

// The same by searching the graph itself, from both ends (Dijkstra).
int64_t ask_graph(const Graph *g, Scratch *s, const Ends &source, const Ends &target, int64_t *cost, int32_t *path,
                  int64_t room) {
    typedef std::pair<Cost, int32_t> Entry;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> waiting[2];
    seed(s->side[0], source);
    seed(s->side[1], target);
    for (int side = 0; side < 2; ++side)
        for (int32_t v : s->side[side].touched) waiting[side].push({s->side[side].cost(v), v});
    Cost best = INFINITE;
    int32_t meeting = NONE;
    while (!waiting[0].empty() && !waiting[1].empty()) {
        if (plus(waiting[0].top().first, waiting[1].top().first) >= best) break;
        int side = waiting[0].top().first <= waiting[1].top().first ? 0 : 1;
        auto [reached, v] = waiting[side].top();
        waiting[side].pop();
        Side &own = s->side[side], &other = s->side[!side];
        if (reached > own.cost(v)) continue;
        if (plus(reached, other.cost(v)) < best) {
            best = plus(reached, other.cost(v));
            meeting = v;
        }
        const int32_t *first = side ? g->back_first : g->first_arc;
        for (int32_t i = first[v]; i < first[v + 1]; ++i) {
            int64_t arc = side ? g->back_arc[i] : i;
            int32_t w = side ? g->arc_tail[arc] : g->arc_head[arc];
            if (g->arc_ms[arc] >= INFINITE) continue;
            Cost c = plus(reached, (Cost)g->arc_ms[arc]);
            if (own.improve(w, c, NONE, v)) waiting[side].push({c, w});
        }
    }
    int64_t count = 0;
    auto put = [&](int32_t v) {
        if (count < room) path[count] = v;
        ++count;
    };
    if (meeting != NONE) {
        for (int32_t v = meeting; v != NONE; v = s->side[0].from(v)) put(v);
        if (count <= room) std::reverse(path, path + count);
        for (int32_t v = s->side[1].from(meeting); v != NONE; v = s->side[1].from(v)) put(v);
    }
    *cost = best;
    s->side[0].clear();
    s->side[1].clear();
    return count > room ? TOO_LONG : count;
}

int64_t cheapest_arc(const Graph &g, int32_t from, int32_t to) {
    int64_t best = NONE;
    for (int64_t a = g.first_arc[from]; a < g.first_arc[from + 1]; ++a)
        if (g.arc_head[a] == to && (best == NONE || (g.arc_ms && g.arc_ms[a] < g.arc_ms[best]))) best = a;
    return best;
}

}  // namespace

extern "C" {

Scratch *cch_scratch(int64_t vertices) {
    try {
        return new Scratch(vertices);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void cch_free_scratch(Scratch *scratch) { delete scratch; }

// Writes the ways of one side as `Packed` reads them; with `out` null counts only. Returns the bytes they take.
int64_t cch_pack(int64_t vertices, const int32_t *first, const int32_t *head, const int32_t *cost,
                 const int32_t *middle, int32_t *out_first, uint8_t *out) {
    auto bytes_for = [](uint32_t value) { return value >> 24 ? 4 : value >> 16 ? 3 : value >> 8 ? 2 : value ? 1 : 0; };
    int64_t at = 0;
    for (int64_t v = 0; v < vertices; ++v) {
        out_first[v] = (int32_t)at;
        if (first[v] == first[v + 1]) continue;
        uint32_t most[3] = {1, 1, 0};
        auto parts = [&](int32_t e, int k) -> uint32_t {
            return (uint32_t)(k == 0 ? head[e] - v : k == 1 ? cost[e] : middle[e] == NONE ? 0 : v - middle[e]);
        };
        for (int32_t e = first[v]; e < first[v + 1]; ++e)
            for (int k = 0; k < 3; ++k) most[k] = std::max(most[k], parts(e, k));
        int size[3] = {bytes_for(most[0]), bytes_for(most[1]), bytes_for(most[2])};
        if (out) out[at] = (uint8_t)((size[0] - 1) | (size[1] - 1) << 2 | size[2] << 4);
        ++at;
        for (int32_t e = first[v]; e < first[v + 1]; ++e)
            for (int k = 0; k < 3; ++k) {
                uint32_t value = parts(e, k);
                if (out) std::memcpy(out + at, &value, size[k]);
                at += size[k];
            }
        if (at > INT32_MAX - 8) return TOO_LONG;
    }
    out_first[vertices] = (int32_t)at;
    if (out) std::memset(out + at, 0, 8);
    return at + 8;
}

// Finds the cheapest path from each group of sources to the group of targets of the same number. With a ladder its
// vertices are put down as states by `order`; without one the graph itself is searched. Returns the length of all
// paths together, with `first` where each begins; those without a way are empty.
int64_t cch_paths(const Ladder *l, const Index *x, const Graph *g, Scratch *s, const int32_t *order,
                  const Groups *sources, const Groups *targets, int64_t *cost, int64_t *first, int32_t *state,
                  int32_t *arc, int64_t room) {
    return guarded([&]() -> int64_t {
        int64_t used = 0;
        for (int64_t i = 0; i < sources->count; ++i) {
            first[i] = used;
            Ends source(*sources, i), target(*targets, i);
            int64_t count = l ? ask_ladder(l, x, s, source, target, cost + i, state + used, room - used)
                              : ask_graph(g, s, source, target, cost + i, state + used, room - used);
            if (count < 0) return count;
            for (int64_t k = used; order && k < used + count; ++k) state[k] = order[state[k]];
            for (int64_t k = used; k + 1 < used + count; ++k)
                arc[k] = (int32_t)cheapest_arc(*g, state[k], state[k + 1]);
            used += count;
        }
        first[sources->count] = used;
        return used;
    });
}

// Fills (S, T) costs from groups of sources to groups of targets; INFINITE where there is no way.
int64_t cch_table(const Ladder *l, Scratch *s, const Groups *sources, const Groups *targets, uint32_t *out) {
    return guarded([&]() -> int64_t {
        struct Mark {
            int32_t group, next;
            Cost cost;
        };
        std::vector<Mark> marks;
        Zeroed<int32_t> latest(l->vertices);  // one more than the mark, 0: none
        auto climb = [&](int side, const Ends &ends, auto visit) {
            Side &reached = s->side[side];
            seed(reached, ends);
            for (Climb up(*l, ends); up.peek() != INT32_MAX; up.next())
                if (Cost c = reached.cost(up.peek()); c < INFINITE) {
                    visit(up.peek(), c);
                    relax(*l, reached, side, up.peek());
                }
            reached.clear();
        };
        for (int64_t j = 0; j < targets->count; ++j)
            climb(1, Ends(*targets, j), [&](int32_t v, Cost c) {
                marks.push_back({(int32_t)j, latest.at[v], c});
                latest.at[v] = (int32_t)marks.size();
            });
        std::fill(out, out + sources->count * targets->count, INFINITE);
        for (int64_t i = 0; i < sources->count; ++i) {
            uint32_t *row = out + i * targets->count;
            climb(0, Ends(*sources, i), [&](int32_t v, Cost c) {
                for (int32_t m = latest.at[v]; m; m = marks[m - 1].next)
                    row[marks[m - 1].group] = std::min(row[marks[m - 1].group], plus(c, marks[m - 1].cost));
            });
        }
        return 0;
    });
}
}
