// Questions to a hierarchy: cheapest paths; called through ctypes. See build.cpp and table.cpp.

#include "paths.h"

using namespace cch;

namespace {

// The least for which one of the vertices that are still to be gone over was reached: none will be for less.
Cost least_from(const Side &s, int32_t lowest) {
    Cost least = INFINITE;
    for (int32_t v : s.touched)
        if (v >= lowest) least = std::min(least, s.cost(v));
    return least;
}

// The ways of half a path, the last one first: from its beginning to `v`, or from `v` to its end. Puts the vertex at
// which they begin into `v`.
std::vector<Step> half_path(const Side &s, int side, int32_t &v) {
    std::vector<Step> stack;
    int32_t at = v;
    for (; s.from(at) != NONE; at = s.from(at)) stack.push_back({s.from(at), s.arc(at), side});
    if (side) std::reverse(stack.begin(), stack.end());
    else v = at;
    return stack;
}

// One question: from any source to any target. Returns the number of vertices of the path, 0 without one.
int64_t ask_ladder(const Ladder *l, Triangles *triangles, const Names &names, Scratch *s, const int32_t *order,
                   const Ends &source, const Ends &target, int64_t *cost, int32_t *path, int64_t room) {
    Side &up = s->side[0], &down = s->side[1];
    seed(up, source);
    seed(down, target);
    Climb ahead(*l, source), behind(*l, target);
    Meetings best;
    // Once both climbs are at one vertex, it is known how little the rest of a path costs at least, and some path.
    bool have_met = false;
    Cost rest[2] = {0, 0};
    auto meet = [&](int32_t v) { best.add(v, plus(up.cost(v), down.cost(v))); };
    while (true) {
        int32_t v = std::min(ahead.peek(), behind.peek());
        if (v == INT32_MAX) break;
        meet(v);
        if (!have_met && ahead.peek() == behind.peek()) {
            for (int32_t above : up.touched)
                if (above > v) meet(above);
            rest[0] = least_from(down, v);
            rest[1] = least_from(up, v);
            have_met = true;
        }
        if (ahead.peek() == v) {
            if (best.are_for(plus(up.cost(v), rest[0]))) relax(*l, up, 0, v);
            ahead.next();
        }
        if (behind.peek() == v) {
            if (best.are_for(plus(down.cost(v), rest[1]))) relax(*l, down, 1, v);
            behind.next();
        }
    }
    int64_t count = 0;
    if (!best.at.empty()) {
        auto states_of = [&](int side, int32_t v) {
            std::vector<int32_t> states;
            for (count = TOO_LONG; count < 0;) {
                states.resize(256 + 4 * states.size());
                int32_t start = v;
                std::vector<Step> stack = half_path(s->side[side], side, start);
                count = Unpacker(*l, triangles, states.data(), (int64_t)states.size()).write(stack, start);
            }
            states.resize(count);
            for (int32_t &state : states) state = order ? order[state] : state;
            return states;
        };
        int32_t meeting = first_of_equal(s->side, best.at, names, states_of), start = meeting;
        std::vector<Step> stack = half_path(down, 1, meeting), ahead_of = half_path(up, 0, start);
        stack.insert(stack.end(), ahead_of.begin(), ahead_of.end());
        count = Unpacker(*l, triangles, path, room).write(stack, start);
    }
    *cost = best.cost;
    up.clear();
    down.clear();
    return count;
}

// The same by searching the graph itself, from both ends (Dijkstra).
int64_t ask_graph(const Graph *g, const Names &names, Scratch *s, const Ends &source, const Ends &target,
                  int64_t *cost, int32_t *path, int64_t room) {
    typedef std::pair<Cost, int32_t> Entry;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> waiting[2];
    seed(s->side[0], source);
    seed(s->side[1], target);
    for (int side = 0; side < 2; ++side)
        for (int32_t v : s->side[side].touched) waiting[side].push({s->side[side].cost(v), v});
    Meetings best;
    while (!waiting[0].empty() && !waiting[1].empty()) {
        if (!best.are_for(plus(waiting[0].top().first, waiting[1].top().first))) break;
        int side = waiting[0].top().first <= waiting[1].top().first ? 0 : 1;
        auto [reached, v] = waiting[side].top();
        waiting[side].pop();
        Side &own = s->side[side], &other = s->side[!side];
        if (reached > own.cost(v)) continue;
        best.add(v, plus(reached, other.cost(v)));
        const int32_t *first = side ? g->back_first : g->first_arc;
        for (int32_t i = first[v]; i < first[v + 1]; ++i) {
            int64_t arc = side ? g->back_arc[i] : i;
            int32_t w = side ? g->arc_tail[arc] : g->arc_head[arc];
            if (g->arc_ms[arc] >= INFINITE) continue;
            Cost c = plus(reached, (Cost)g->arc_ms[arc]);
            if (c == reached && own.cost(w) == c) continue;  // no tie: it may lead back
            if (own.improve(w, c, NONE, v)) waiting[side].push({c, w});
        }
    }
    std::vector<int32_t> states;
    if (!best.at.empty()) {
        auto states_of = [&](int side, int32_t v) {
            std::vector<int32_t> found;
            for (; v != NONE; v = s->side[side].from(v)) found.push_back(v);
            if (!side) std::reverse(found.begin(), found.end());
            return found;
        };
        int32_t meeting = first_of_equal(s->side, best.at, names, states_of);
        states = states_of(0, meeting);
        std::vector<int32_t> rest = states_of(1, meeting);
        states.insert(states.end(), rest.begin() + 1, rest.end());
    }
    *cost = best.cost;
    s->side[0].clear();
    s->side[1].clear();
    if ((int64_t)states.size() > room) return TOO_LONG;
    std::copy(states.begin(), states.end(), path);
    return (int64_t)states.size();
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
    auto bits_for = [](uint32_t value) {
        int bits = 0;
        for (; value; value >>= 1) ++bits;
        return bits;
    };
    int64_t at = 0;
    for (int64_t v = 0; v < vertices; ++v) {
        out_first[v] = (int32_t)at;
        if (first[v] == first[v + 1]) continue;
        uint32_t any[3] = {1, 1, 0};
        auto parts = [&](int32_t e, int k) -> uint32_t {
            return (uint32_t)(k == 0 ? head[e] - v : k == 1 ? cost[e] : middle[e] == NONE ? 0 : v - middle[e]);
        };
        for (int32_t e = first[v]; e < first[v + 1]; ++e)
            for (int k = 0; k < 3; ++k) any[k] |= parts(e, k);
        int bits[3] = {bits_for(any[0]), bits_for(any[1]), bits_for(any[2])};
        Layout layout(bits[0], bits[1], bits[2]);
        int shape = (bits[0] - 1) | (bits[1] - 1) << 5 | bits[2] << 10;
        if (out) std::memcpy(out + at, &shape, 2);
        at += 2;
        for (int32_t e = first[v]; e < first[v + 1]; ++e, at += layout.size) {
            if (!out) continue;
            uint64_t both = parts(e, 0) | (uint64_t)parts(e, 1) << layout.head_bits, middle = parts(e, 2);
            std::memcpy(out + at, &both, 8);
            uint64_t last;
            uint8_t *place = out + at + (layout.before_middle >> 3);
            std::memcpy(&last, place, 8);
            last = (last & ((1 << (layout.before_middle & 7)) - 1)) | middle << (layout.before_middle & 7);
            std::memcpy(place, &last, 8);
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
int64_t cch_paths(const Ladder *l, const Index *x, const Graph *g, const Names *names, Scratch *s,
                  const int32_t *order, const Groups *sources, const Groups *targets, int64_t *cost, int64_t *first, int32_t *state,
                  int32_t *arc, int64_t room) {
    return guarded([&]() -> int64_t {
        std::unique_ptr<Triangles> triangles(l && x ? new Triangles(*x, l->cost, *names, order) : nullptr);
        int64_t used = 0;
        for (int64_t i = 0; i < sources->count; ++i) {
            first[i] = used;
            Ends source(*sources, i), target(*targets, i);
            int64_t count = l ? ask_ladder(l, triangles.get(), *names, s, order, source, target, cost + i, state + used, room - used)
                              : ask_graph(g, *names, s, source, target, cost + i, state + used, room - used);
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

}
