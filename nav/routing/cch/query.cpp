// Questions to a hierarchy: cheapest paths; called through ctypes. See build.cpp and table.cpp.

#include "ladder.h"

using namespace cch;

namespace {

// The graph itself: arcs by the state that they leave, and, for searching backwards, by the one that they reach.
struct Graph {
    const int64_t *arc_ms;  // may be left out for a ladder, if no two arcs join the same states
    const int32_t *first_arc, *back_first, *arc_head, *back_arc, *arc_tail;
};

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

// The least for which one of the vertices that are still to be gone over was reached: none will be for less.
Cost least_from(const Side &s, int32_t lowest) {
    Cost least = INFINITE;
    for (int32_t v : s.touched)
        if (v >= lowest) least = std::min(least, s.cost(v));
    return least;
}

// One question: from any source to any target. Returns the number of vertices of the path, 0 without one.
int64_t ask_ladder(const Ladder *l, const Index *x, Scratch *s, const Ends &source, const Ends &target, int64_t *cost,
                   int32_t *path, int64_t room) {
    Side &up = s->side[0], &down = s->side[1];
    seed(up, source);
    seed(down, target);
    Climb ahead(*l, source), behind(*l, target);
    Cost best = INFINITE;
    int32_t meeting = NONE;
    // Once both climbs are at one vertex, it is known how little the rest of a path costs at least, and some path.
    bool have_met = false;
    Cost rest[2] = {0, 0};
    auto meet = [&](int32_t v) {
        Cost total = plus(up.cost(v), down.cost(v));
        if (total >= best) return;
        best = total;
        meeting = v;
    };
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
            if (plus(up.cost(v), rest[0]) < best) relax(*l, up, 0, v);
            ahead.next();
        }
        if (behind.peek() == v) {
            if (plus(down.cost(v), rest[1]) < best) relax(*l, down, 1, v);
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

}
