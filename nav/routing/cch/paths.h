// Paths put down to states, and of several cheapest ones always the same, however it is searched for; see query.cpp.
#pragma once

#include "ladder.h"

namespace cch {

// What tells states apart in every map that holds them; without it they are told by their numbers.
struct Names {
    const int32_t *state_edge, *edge_to, *edge_reverse;
    const int64_t *node_id;

    bool is_before(int32_t a, int32_t b) const {
        if (node_id) {
            int32_t one = state_edge[a], other = state_edge[b];
            int64_t to = end_of(one), other_to = end_of(other);
            if (to != other_to) return to < other_to;
            int64_t from = end_of(edge_reverse[one]), other_from = end_of(edge_reverse[other]);
            if (from != other_from) return from < other_from;
        }
        return a < b;
    }
    // A path of fewer states comes first: none begins by turning round on the spot.
    bool is_before(const std::vector<int32_t> &a, const std::vector<int32_t> &b) const {
        if (a.size() != b.size()) return a.size() < b.size();
        auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
        return in_a != a.end() && is_before(*in_a, *in_b);
    }

  private:
    int64_t end_of(int32_t edge) const { return node_id[edge_to[edge]]; }
};

struct Step {
    int32_t tail;
    int32_t arc;
    int side;
};

// Over which vertex an edge leads: the two below it, the one coming down to that vertex and the one going up.
struct Triangle {
    int32_t down, up;
};

// What the edges of a hierarchy lead over; of several that cost the same, the one whose states come first.
class Triangles {
  public:
    Triangles(const Index &index, const int32_t *const cost[2], const Names &names, const int32_t *order)
        : x_(index), cost_{cost[0], cost[1]}, names_(names), order_(order) {}

    // NONE for an arc of the graph.
    Triangle of(int side, int32_t edge) {
        auto known = chosen_.find({side, edge});
        if (known != chosen_.end()) return known->second;
        std::vector<Triangle> all;
        lower_triangles(x_, side, edge, [&](int32_t p, int32_t q) {
            if (plus((Cost)cost_[1 - side][p], (Cost)cost_[side][q]) == (Cost)cost_[side][edge])
                all.push_back(side ? Triangle{q, p} : Triangle{p, q});
            return true;
        });
        if (all.empty()) return {NONE, NONE};
        if (all.size() == 1) return all[0];
        Triangle best = all[0];
        std::vector<int32_t> of_best = states_over(best);
        for (size_t i = 1; i < all.size(); ++i) {
            std::vector<int32_t> states = states_over(all[i]);
            if (!names_.is_before(states, of_best)) continue;
            best = all[i];
            of_best.swap(states);
        }
        return chosen_[{side, edge}] = best;
    }
    int32_t low(const Triangle &t) const { return x_.tail[1][t.down]; }

  private:
    // The states behind the first one.
    std::vector<int32_t> states_over(const Triangle &triangle) {
        std::vector<int32_t> states;
        std::vector<std::pair<int, int32_t>> left{{0, triangle.up}, {1, triangle.down}};
        while (!left.empty()) {
            auto [side, edge] = left.back();
            left.pop_back();
            Triangle t = of(side, edge);
            if (t.down == NONE) {
                states.push_back(order_[side ? x_.tail[1][edge] : x_.head[0][edge]]);
                continue;
            }
            left.push_back({0, t.up});
            left.push_back({1, t.down});
        }
        return states;
    }

    const Index &x_;
    const int32_t *const cost_[2];
    const Names &names_;
    const int32_t *order_;
    std::map<std::pair<int, int32_t>, Triangle> chosen_;  // where there are several
};


inline int64_t find_way(const Ladder &l, int side, int32_t low, int32_t high) {
    if (l.packed[side]) return Packed(l, side, low).find(high);
    int64_t begin = l.first[side][low], end = l.first[side][low + 1];
    if (begin < 0 || end > l.ways[side] || begin > end) return NONE;
    return find_edge(l.first[side], l.head[side], low, high);
}

// Writes the vertices of a path that consists of a few arcs, each put down to what it leads over.
class Unpacker {
  public:
    // With triangles what ways lead over is looked for, else they tell it.
    Unpacker(const Ladder &ladder, Triangles *triangles, int32_t *out, int64_t room)
        : l_(ladder), triangles_(triangles), out_(out), room_(room) {}

    int64_t write(std::vector<Step> &stack, int32_t start) {
        int64_t count = 0;
        if (!put(count, start)) return TOO_LONG;
        while (!stack.empty()) {
            Step step = stack.back();
            stack.pop_back();
            if (!(triangles_ ? by_triangle(stack, step) : by_middle(stack, step))) {
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
        int64_t down = find_way(l_, 1, (int32_t)low, (int32_t)a), up = find_way(l_, 0, (int32_t)low, (int32_t)b);
        if (down < 0 || up < 0) return false;
        push(stack, (int32_t)low, (int32_t)down, (int32_t)up);
        return true;
    }

    bool by_triangle(std::vector<Step> &stack, const Step &s) {
        Triangle t = triangles_->of(s.side, s.arc);
        if (t.down == NONE) return false;
        push(stack, triangles_->low(t), t.down, t.up);
        return true;
    }

    const Ladder &l_;
    Triangles *triangles_;
    int32_t *out_;
    int64_t room_;
};

// The graph itself: arcs by the state that they leave, and, for searching backwards, by the one that they reach.
struct Graph {
    const int64_t *arc_ms;  // may be left out for a ladder, if no two arcs join the same states
    const int32_t *first_arc, *back_first, *arc_head, *back_arc, *arc_tail;
};

inline int64_t cheapest_arc(const Graph &g, int32_t from, int32_t to) {
    int64_t best = NONE;
    for (int64_t a = g.first_arc[from]; a < g.first_arc[from + 1]; ++a)
        if (g.arc_head[a] == to && (best == NONE || (g.arc_ms && g.arc_ms[a] < g.arc_ms[best]))) best = a;
    return best;
}

// Where the two halves of cheapest paths meet.
struct Meetings {
    std::vector<int32_t> at;
    Cost cost = INFINITE;

    bool are_for(Cost total) const { return total <= cost && total < INFINITE; }
    void add(int32_t v, Cost total) {
        if (!are_for(total)) return;
        if (total < cost) at.clear();
        cost = total;
        at.push_back(v);
    }
};

// The ties on cheapest paths to some vertices, those nearest to the end first.
inline std::vector<Tie> ties_towards(Side &s, std::vector<int32_t> waiting) {
    auto is_past = [&](const Tie &t) { return t.cost != s.cost(t.vertex); };
    s.ties.erase(std::remove_if(s.ties.begin(), s.ties.end(), is_past), s.ties.end());
    auto by_vertex = [](const Tie &a, const Tie &b) { return a.vertex < b.vertex; };
    std::sort(s.ties.begin(), s.ties.end(), by_vertex);
    std::vector<Tie> found;
    for (std::unordered_set<int32_t> seen; !s.ties.empty() && !waiting.empty();) {
        int32_t v = waiting.back();
        waiting.pop_back();
        if (!seen.insert(v).second) continue;
        if (s.from(v) != NONE) waiting.push_back(s.from(v));
        auto [first, last] = std::equal_range(s.ties.begin(), s.ties.end(), Tie{v, 0, 0, 0}, by_vertex);
        for (; first != last; ++first) {
            found.push_back(*first);
            waiting.push_back(first->from);
        }
    }
    auto by_cost = [](const Tie &a, const Tie &b) {
        return std::tie(a.cost, a.vertex) < std::tie(b.cost, b.vertex);
    };
    std::sort(found.begin(), found.end(), by_cost);
    return found;
}

// Returns where the halves meet of that cheapest path whose states come first, compared from its beginning on, and
// makes both sides lead along it. `half(side, v)` gives the states from the end of a side to a vertex as the side
// leads, in the direction of travel.
template <class Half>
int32_t first_of_equal(Side *sides, std::vector<int32_t> &meetings, const Names &names, Half half) {
    std::sort(meetings.begin(), meetings.end());
    meetings.erase(std::unique(meetings.begin(), meetings.end()), meetings.end());
    for (int side = 0; side < 2; ++side)
        for (const Tie &t : ties_towards(sides[side], meetings)) {
            int32_t arc = sides[side].arc(t.vertex), from = sides[side].from(t.vertex);
            std::vector<int32_t> known = half(side, t.vertex);
            sides[side].redirect(t.vertex, t.arc, t.from);
            if (!names.is_before(half(side, t.vertex), known)) sides[side].redirect(t.vertex, arc, from);
        }
    if (meetings.size() == 1) return meetings[0];
    int32_t best = NONE;
    std::vector<int32_t> of_best;
    for (int32_t v : meetings) {
        std::vector<int32_t> states = half(0, v), rest = half(1, v);
        if (!rest.empty()) states.insert(states.end(), rest.begin() + 1, rest.end());
        if (best != NONE && !names.is_before(states, of_best)) continue;
        best = v;
        of_best.swap(states);
    }
    return best;
}

}  // namespace cch
