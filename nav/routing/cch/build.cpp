// Customizable contraction hierarchy over plain arrays: made, given costs, and changed; called through ctypes.
//
// J. Dibbelt, B. Strasser, D. Wagner, "Customizable Contraction Hierarchies", JEA 21 (2016). Vertices are ranks in
// the contraction order. An up-edge joins a vertex to a higher one; `forward` is its cost upwards, `backward` that
// of the way down. Every array belongs to the caller, and nothing here is kept between two calls but scratch space.
// No function throws over the border: one that lacks memory returns NO_MEMORY.

#include "cch.h"

using namespace cch;

namespace {

// Whether an up-edge can be on a cheapest path, and over which vertex it leads (NONE: it is an arc of the graph).
int32_t middle_of(const Index &x, const int32_t *forward, const int32_t *backward, int64_t edge, int64_t side) {
    Cost whole = (Cost)(side ? backward : forward)[edge];
    int32_t middle = NONE;
    lower_triangles(x, edge, [&](int32_t p, int32_t q) {
        int32_t down = side ? q : p, up = side ? p : q;
        if (plus((Cost)backward[down], (Cost)forward[up]) != whole) return true;
        middle = x.up_tail[p];
        return false;
    });
    return middle;
}

}  // namespace

extern "C" {

// What this is called with: see `_INTERFACE` in library.py.
extern const int32_t cch_interface = 1;

// Completes the graph by the elimination tree. Fills `up_first`; returns the number of up-edges and where their
// heads lie, to be copied out and given back by `cch_free_heads`.
int64_t cch_contract(int64_t vertices, const int64_t *first, const int32_t *neighbour, int64_t *up_first,
                     std::vector<int32_t> **heads) {
    return guarded([&] {
        auto *up = new std::vector<int32_t>();
        *heads = up;
        std::vector<int32_t> child(vertices, NONE), sibling(vertices, NONE), mark(vertices, NONE), found;
        up_first[0] = 0;
        for (int32_t v = 0; v < vertices; ++v) {
            found.clear();
            mark[v] = v;
            auto take = [&](int32_t w) {
                if (w > v && mark[w] != v) {
                    mark[w] = v;
                    found.push_back(w);
                }
            };
            for (int64_t i = first[v]; i < first[v + 1]; ++i) take(neighbour[i]);
            for (int32_t c = child[v]; c != NONE; c = sibling[c])
                for (int64_t i = up_first[c]; i < up_first[c + 1]; ++i) take((*up)[i]);
            std::sort(found.begin(), found.end());
            up->insert(up->end(), found.begin(), found.end());
            up_first[v + 1] = (int64_t)up->size();
            if (!found.empty()) {
                sibling[v] = child[found[0]];
                child[found[0]] = v;
            }
        }
        return (int64_t)up->size();
    });
}

void cch_take_heads(std::vector<int32_t> *heads, int32_t *out) {
    if (out && !heads->empty()) std::memcpy(out, heads->data(), heads->size() * sizeof(int32_t));
    delete heads;
}

// Lists the up-edges by their heads.
void cch_down_lists(int64_t vertices, const int64_t *up_first, const int32_t *up_head, int64_t *down_first,
                    int32_t *down_edge, int32_t *up_tail) {
    int64_t edges = up_first[vertices];
    std::memset(down_first, 0, (vertices + 1) * sizeof(int64_t));
    for (int64_t e = 0; e < edges; ++e) ++down_first[up_head[e] + 1];
    for (int64_t v = 0; v < vertices; ++v) down_first[v + 1] += down_first[v];
    for (int64_t v = 0; v < vertices; ++v)
        for (int64_t e = up_first[v]; e < up_first[v + 1]; ++e) {
            up_tail[e] = (int32_t)v;
            down_edge[down_first[up_head[e]]++] = (int32_t)e;
        }
    for (int64_t v = vertices; v > 0; --v) down_first[v] = down_first[v - 1];
    down_first[0] = 0;
}

// Gives each arc its up-edge: as it is upwards, inverted (~) downwards, INT32_MAX for a loop.
void cch_map_arcs(int64_t vertices, const int64_t *up_first, const int32_t *up_head, const int32_t *rank,
                  const int64_t *first_arc, const int32_t *arc_head, int32_t *arc_edge) {
    for (int64_t state = 0; state < vertices; ++state)
        for (int64_t a = first_arc[state]; a < first_arc[state + 1]; ++a) {
            int32_t v = rank[state], w = rank[arc_head[a]];
            if (v == w) arc_edge[a] = INT32_MAX;
            else if (v < w) arc_edge[a] = (int32_t)find_edge(up_first, up_head, v, w);
            else arc_edge[a] = ~(int32_t)find_edge(up_first, up_head, w, v);
        }
}

// Puts the costs of the arcs on their up-edges, then the lower triangles, vertex by vertex.
int64_t cch_customise(const Index *x, int64_t arcs, const int32_t *arc_edge, const int64_t *arc_ms, int32_t *forward,
                      int32_t *backward, const volatile int32_t *stop) {
    return guarded([&]() -> int64_t {
        std::fill(forward, forward + x->edges, (int32_t)INFINITE);
        std::fill(backward, backward + x->edges, (int32_t)INFINITE);
        for (int64_t a = 0; a < arcs; ++a) {
            int32_t e = arc_edge[a];
            if (e == INT32_MAX || arc_ms[a] >= INFINITE) continue;
            int32_t &cost = e >= 0 ? forward[e] : backward[~e];
            cost = std::min(cost, (int32_t)arc_ms[a]);
        }
        std::vector<int32_t> place(x->vertices, NONE);
        for (int64_t v = 0; v < x->vertices; ++v) {
            if (*stop) return STOPPED;
            int64_t begin = x->up_first[v], end = x->up_first[v + 1];
            for (int64_t e = begin; e < end; ++e) place[x->up_head[e]] = (int32_t)e;
            for (int64_t i = x->down_first[v]; begin < end && i < x->down_first[v + 1]; ++i) {
                int32_t p = x->down_edge[i], low = x->up_tail[p];
                Cost to_low = (Cost)backward[p], from_low = (Cost)forward[p];
                for (int64_t q = p + 1; q < x->up_first[low + 1]; ++q) {
                    int32_t e = place[x->up_head[q]];
                    forward[e] = (int32_t)std::min((Cost)forward[e], plus(to_low, (Cost)forward[q]));
                    backward[e] = (int32_t)std::min((Cost)backward[e], plus((Cost)backward[q], from_low));
                }
            }
            for (int64_t e = begin; e < end; ++e) place[x->up_head[e]] = NONE;
        }
        return 0;
    });
}

// Makes every cost that of the cheapest path between the ends: upper and intermediate triangles, from the top down.
int64_t cch_perfect(const Index *x, int32_t *forward, int32_t *backward) {
    return guarded([&]() -> int64_t {
        std::vector<int32_t> place(x->vertices, NONE);
        for (int64_t v = x->vertices - 1; v >= 0; --v) {
            int64_t begin = x->up_first[v], end = x->up_first[v + 1];
            for (int64_t e = begin; e < end; ++e) place[x->up_head[e]] = (int32_t)e;
            for (int64_t e = begin; e < end; ++e) {
                int32_t a = x->up_head[e];
                for (int64_t g = x->up_first[a]; g < x->up_first[a + 1]; ++g) {
                    int32_t k = place[x->up_head[g]];
                    if (k == NONE) continue;
                    auto lower = [](int32_t &cost, Cost other) { cost = (int32_t)std::min((Cost)cost, other); };
                    lower(forward[e], plus((Cost)forward[k], (Cost)backward[g]));
                    lower(backward[e], plus((Cost)forward[g], (Cost)backward[k]));
                    lower(forward[k], plus((Cost)forward[e], (Cost)forward[g]));
                    lower(backward[k], plus((Cost)backward[g], (Cost)backward[e]));
                }
            }
            for (int64_t e = begin; e < end; ++e) place[x->up_head[e]] = NONE;
        }
        return 0;
    });
}

// Keeps, in one direction, the up-edges whose cost is that of the cheapest path. With `head` null counts only.
int64_t cch_prune(const Index *x, int64_t side, const int32_t *forward, const int32_t *backward, const int32_t *perfect,
                  int64_t *first, int32_t *head, int32_t *cost, int32_t *middle) {
    const int32_t *whole = side ? backward : forward;
    int64_t count = 0;
    for (int64_t v = 0; v < x->vertices; ++v) {
        first[v] = count;
        for (int64_t e = x->up_first[v]; e < x->up_first[v + 1]; ++e) {
            if ((Cost)whole[e] >= INFINITE || whole[e] != perfect[e]) continue;
            if (head) {
                head[count] = x->up_head[e];
                cost[count] = whole[e];
                middle[count] = middle_of(*x, forward, backward, e, side);
            }
            ++count;
        }
    }
    first[x->vertices] = count;
    return count;
}

// Puts new costs of some arcs in force, along the tree. `order` and the arcs tell what lies on an up-edge itself.
int64_t cch_update(const Index *x, int64_t changed, const int32_t *edge, const int32_t *order, const int64_t *first_arc,
                   const int32_t *arc_head, const int64_t *arc_ms, int32_t *forward, int32_t *backward) {
    return guarded([&]() -> int64_t {
        std::priority_queue<int32_t, std::vector<int32_t>, std::greater<int32_t>> waiting;
        std::vector<bool> queued(x->edges, false);
        auto push = [&](int64_t e) {
            if (!queued[e]) {
                queued[e] = true;
                waiting.push((int32_t)e);
            }
        };
        auto own = [&](int32_t from, int32_t to) {
            Cost best = INFINITE;
            for (int64_t a = first_arc[order[from]]; a < first_arc[order[from] + 1]; ++a)
                if (arc_head[a] == order[to]) best = (Cost)std::min<int64_t>(best, arc_ms[a]);
            return best;
        };
        for (int64_t i = 0; i < changed; ++i) push(edge[i]);
        int64_t count = 0;
        while (!waiting.empty()) {
            int32_t e = waiting.top();
            waiting.pop();
            queued[e] = false;
            ++count;
            int32_t v = x->up_tail[e], h = x->up_head[e];
            Cost up = own(v, h), down = own(h, v);
            lower_triangles(*x, e, [&](int32_t p, int32_t q) {
                up = std::min(up, plus((Cost)backward[p], (Cost)forward[q]));
                down = std::min(down, plus((Cost)backward[q], (Cost)forward[p]));
                return true;
            });
            if (up == (Cost)forward[e] && down == (Cost)backward[e]) continue;
            forward[e] = (int32_t)up;
            backward[e] = (int32_t)down;
            for (int64_t g = x->up_first[v]; g < x->up_first[v + 1]; ++g) {
                int32_t other = x->up_head[g];
                if (other != h) push(find_edge(x->up_first, x->up_head, std::min(h, other), std::max(h, other)));
            }
        }
        return count;
    });
}
}
