// Customizable contraction hierarchy over plain arrays: made, given costs, and changed; called through ctypes.
//
// J. Dibbelt, B. Strasser, D. Wagner, "Customizable Contraction Hierarchies", JEA 21 (2016). Vertices are ranks in
// the contraction order. Between two vertices there is an edge upwards, one downwards, or both: in a graph of turns
// most pairs are joined in one direction only. Every array belongs to the caller, and nothing here is kept between
// two calls but scratch space. No function throws over the border: one that lacks memory returns NO_MEMORY.

#include <memory>
#include <numeric>
#include <system_error>
#include <thread>

#include "paths.h"

using namespace cch;

namespace {

// The edges of one side while they are being found.
struct Ways {
    Long<int32_t> head, tail;
    Long<int32_t> chain, next;  // latest edge below each vertex, and the one before it
    Long<int32_t> first;
};

// Two costs have room in 32 bits, and what is closed is never the less.
WIDE void lower_all(uint32_t *known, const uint32_t *beyond, uint32_t to_low, int64_t count) {
    for (int64_t i = 0; i < count; ++i) known[i] = std::min(known[i], to_low + beyond[i]);
}

// The arcs by the ranks of their ends: those that leave each vertex, and those that reach it.
struct Arcs {
    Long<int32_t> first[2], other[2];

    Arcs(int64_t vertices, const int32_t *order, const int32_t *rank, const int32_t *first_arc,
         const int32_t *arc_head) {
        for (auto &each : first) each.assign(vertices + 1, 0);
        for (auto &each : other) each.resize(first_arc[vertices]);
        for (int64_t v = 0; v < vertices; ++v)
            for (int32_t a = first_arc[order[v]]; a < first_arc[order[v] + 1]; ++a) {
                ++first[0][v + 1];
                ++first[1][rank[arc_head[a]] + 1];
            }
        for (auto &each : first) std::partial_sum(each.begin(), each.end(), each.begin());
        Long<int32_t> place(first[1].begin(), first[1].end() - 1);
        for (int64_t v = 0; v < vertices; ++v)
            for (int32_t a = first_arc[order[v]], i = first[0][v]; a < first_arc[order[v] + 1]; ++a, ++i) {
                other[0][i] = rank[arc_head[a]];
                other[1][place[rank[arc_head[a]]]++] = (int32_t)v;
            }
    }

    template <class Take>
    void of(int64_t side, int32_t v, Take take) const {
        for (int32_t i = first[side][v]; i < first[side][v + 1]; ++i) take(other[side][i]);
    }
};

// The elimination tree of the graph without directions (J. Liu, "A Compact Row Storage Scheme", 1986).
void find_parents(int64_t vertices, const Arcs &arcs, int32_t *parent) {
    Long<int32_t> root(vertices, NONE);
    std::fill(parent, parent + vertices, NONE);
    for (int32_t v = 0; v < vertices; ++v)
        for (int64_t side = 0; side < 2; ++side)
            arcs.of(side, v, [&](int32_t low) {
                while (low < v) {
                    int32_t above = root[low];
                    root[low] = v;
                    if (above == NONE) parent[low] = v;
                    if (above == NONE || above == v) break;
                    low = above;
                }
            });
}

// Lowers the costs of the edges of one vertex by the triangles below it.
void lower_triangles_of(const Index &x, int64_t v, uint32_t *const cost[2], Long<int32_t> &place) {
    for (int64_t side = 0; side < 2; ++side) {
        const int32_t *first = x.first[side], *head = x.head[side], *below = x.below[1 - side];
        uint32_t *own = cost[side];
        for (int32_t e = first[v]; e < first[v + 1]; ++e) place[head[e]] = e;
        for (int32_t i = x.below_first[1 - side][v]; i < x.below_first[1 - side][v + 1]; ++i) {
            uint32_t to_low = cost[1 - side][below[i]];
            if (to_low >= INFINITE) continue;
            int32_t low = x.tail[1 - side][below[i]], begin = first[low], end = first[low + 1];
            int32_t same = end - (first[v + 1] - first[v]);
            if (same >= begin && head[same] > v && (same == begin || head[same - 1] <= v)) {
                lower_all(own + first[v], own + same, to_low, end - same);
                continue;
            }
            for (int32_t q = end - 1; q >= begin && head[q] > v; --q) {
                uint32_t &known = own[place[head[q]]];
                known = std::min(known, to_low + own[q]);
            }
        }
    }
}

// Which thread customises which vertex: each has whole subtrees, and one goes on with what lies above all of them.
struct Shares {
    static const int8_t ABOVE = -1;
    Long<int8_t> owner;

    Shares(const Index &x, int64_t threads) : owner(x.vertices, 0) {
        if (threads < 2) return;
        Long<int32_t> child(x.vertices, NONE), sibling(x.vertices, NONE);
        Long<int64_t> own(x.vertices), work(x.vertices, 0);
        std::priority_queue<std::pair<int64_t, int32_t>> trees;  // the largest first
        int64_t total = 0;
        for (int32_t v = 0; v < x.vertices; ++v) {
            own[v] = 1;
            for (int side = 0; side < 2; ++side)
                own[v] += (int64_t)(x.below_first[1 - side][v + 1] - x.below_first[1 - side][v]) *
                          (x.first[side][v + 1] - x.first[side][v]);
            work[v] += own[v];
            total += own[v];
            int32_t above = x.parent[v];
            if (above == NONE) {
                trees.push({work[v], v});
                continue;
            }
            work[above] += work[v];
            sibling[v] = child[above];
            child[above] = v;
        }
        while (!trees.empty() && trees.top().first * threads > total + total / 8) {
            int32_t v = trees.top().second;
            trees.pop();
            owner[v] = ABOVE;
            total -= own[v];
            for (int32_t c = child[v]; c != NONE; c = sibling[c]) trees.push({work[c], c});
        }
        Long<int8_t> of_tree(x.vertices, ABOVE);
        std::vector<int64_t> load(threads, 0);
        for (; !trees.empty(); trees.pop()) {
            auto least = std::min_element(load.begin(), load.end());
            *least += trees.top().first;
            of_tree[trees.top().second] = (int8_t)(least - load.begin());
        }
        for (int64_t v = x.vertices - 1; v >= 0; --v)
            if (owner[v] != ABOVE) owner[v] = of_tree[v] != ABOVE ? of_tree[v] : owner[x.parent[v]];
    }
};

}  // namespace

extern "C" {

// What this is called with: see `_INTERFACE` in library.py.
extern const int32_t cch_interface = 7;

// Completes the graph. Fills `parent`, and where the edges of both sides lie, to be copied out by `cch_take_ways`.
int64_t cch_contract(int64_t vertices, const int32_t *order, const int32_t *rank, const int32_t *first_arc,
                     const int32_t *arc_head, int32_t *parent, Ways **out) {
    return guarded([&]() -> int64_t {
        Arcs arcs(vertices, order, rank, first_arc, arc_head);
        find_parents(vertices, arcs, parent);
        std::unique_ptr<Ways[]> ways(new Ways[2]);
        for (Ways *w = ways.get(); w < ways.get() + 2; ++w) {
            w->chain.assign(vertices, NONE);
            w->first.assign(1, 0);
        }
        Long<int32_t> mark(vertices, NONE), found;
        for (int32_t v = 0; v < vertices; ++v)
            for (int32_t side = 0; side < 2; ++side) {
                Ways &own = ways[side], &other = ways[1 - side];
                int32_t stamp = 2 * v + side;
                found.clear();
                auto take = [&](int32_t w) {
                    if (w > v && mark[w] != stamp) {
                        mark[w] = stamp;
                        found.push_back(w);
                    }
                };
                arcs.of(side, v, take);
                for (int32_t e = other.chain[v]; e != NONE; e = other.next[e]) {
                    int32_t low = other.tail[e];
                    for (int32_t q = own.first[low + 1] - 1; q >= own.first[low] && own.head[q] > v; --q)
                        take(own.head[q]);
                }
                std::sort(found.begin(), found.end());
                for (int32_t w : found) {
                    own.next.push_back(own.chain[w]);
                    own.chain[w] = (int32_t)own.head.size();
                    own.head.push_back(w);
                    own.tail.push_back(v);
                }
                own.first.push_back((int32_t)own.head.size());
                if (own.head.size() > (size_t)INT32_MAX / 2) throw std::bad_alloc();
            }
        for (Ways *w = ways.get(); w < ways.get() + 2; ++w) w->tail = w->chain = w->next = Long<int32_t>();
        *out = ways.release();
        return 0;
    });
}

int64_t cch_count_ways(const Ways *ways, int64_t side) { return (int64_t)ways[side].head.size(); }

// Copies the edges of one side out, with those below each vertex; forgets them.
void cch_take_ways(Ways *ways, int64_t side, int32_t *first, int32_t *head, int32_t *tail, int32_t *below_first,
                   int32_t *below) {
    Ways &from = ways[side];
    int64_t vertices = (int64_t)from.first.size() - 1, edges = (int64_t)from.head.size();
    std::copy(from.first.begin(), from.first.end(), first);
    std::copy(from.head.begin(), from.head.end(), head);
    from = Ways();
    for (int64_t v = 0; v < vertices; ++v) std::fill(tail + first[v], tail + first[v + 1], (int32_t)v);
    std::fill(below_first, below_first + vertices + 1, 0);
    for (int64_t e = 0; e < edges; ++e) ++below_first[head[e] + 1];
    std::partial_sum(below_first, below_first + vertices + 1, below_first);
    for (int64_t e = 0; e < edges; ++e) below[below_first[head[e]]++] = (int32_t)e;
    for (int64_t v = vertices; v > 0; --v) below_first[v] = below_first[v - 1];
    below_first[0] = 0;
}

void cch_free_ways(Ways *ways) { delete[] ways; }

// Gives each arc its edge: as it is upwards, inverted (~) downwards, INT32_MAX for a loop.
void cch_map_arcs(const Index *x, const int32_t *rank, const int32_t *first_arc, const int32_t *arc_head,
                  int32_t *arc_edge) {
    for (int64_t state = 0; state < x->vertices; ++state)
        for (int32_t a = first_arc[state]; a < first_arc[state + 1]; ++a) {
            int32_t v = rank[state], w = rank[arc_head[a]];
            if (v == w) arc_edge[a] = INT32_MAX;
            else if (v < w) arc_edge[a] = (int32_t)find_edge(x->first[0], x->head[0], v, w);
            else arc_edge[a] = ~(int32_t)find_edge(x->first[1], x->head[1], w, v);
        }
}

// Puts the costs of the arcs on their edges, then the lower triangles, vertex by vertex.
int64_t cch_customise(const Index *x, int64_t arcs, const int32_t *arc_edge, const int64_t *arc_ms, int32_t *up,
                      int32_t *down, const volatile int32_t *stop, int64_t threads) {
    return guarded([&]() -> int64_t {
        uint32_t *cost[2] = {(uint32_t *)up, (uint32_t *)down};
        for (int64_t side = 0; side < 2; ++side) std::fill(cost[side], cost[side] + x->edges[side], INFINITE);
        for (int64_t a = 0; a < arcs; ++a) {
            int32_t e = arc_edge[a];
            if (e == INT32_MAX || arc_ms[a] >= INFINITE) continue;
            uint32_t &known = e >= 0 ? cost[0][e] : cost[1][~e];
            known = std::min(known, (uint32_t)arc_ms[a]);
        }
        Shares shares(*x, threads);
        std::vector<Long<int32_t>> places(threads, Long<int32_t>(x->vertices, NONE));
        auto work = [&](int who, Long<int32_t> &place) {
            for (int64_t v = 0; v < x->vertices && !*stop; ++v)
                if (shares.owner[v] == who) lower_triangles_of(*x, v, cost, place);
        };
        std::vector<std::thread> others;
        others.reserve(threads);
        for (int who = 1; who < threads; ++who) try {
                others.emplace_back(work, who, std::ref(places[who]));
            } catch (const std::system_error &) {
                work(who, places[who]);
            }
        work(0, places[0]);
        for (auto &other : others) other.join();
        work(Shares::ABOVE, places[0]);
        return *stop ? STOPPED : 0;
    });
}

// Makes every cost that of the cheapest path between the ends: upper and intermediate triangles, from the top down.
int64_t cch_perfect(const Index *x, int32_t *up, int32_t *down) {
    return guarded([&]() -> int64_t {
        int32_t *cost[2] = {up, down};
        Long<int32_t> place(x->vertices, NONE);
        auto lower = [](int32_t &known, Cost other) { known = (int32_t)std::min((Cost)known, other); };
        for (int64_t v = x->vertices - 1; v >= 0; --v)
            for (int64_t side = 0; side < 2; ++side) {
                int64_t other = 1 - side;
                const int32_t *first = x->first[side], *head = x->head[side];
                for (int32_t e = first[v]; e < first[v + 1]; ++e) place[head[e]] = e;
                for (int32_t e = first[v]; e < first[v + 1]; ++e) {
                    int32_t a = head[e];
                    for (int32_t g = first[a]; g < first[a + 1]; ++g)
                        if (int32_t k = place[head[g]]; k != NONE)
                            lower(cost[side][k], plus((Cost)cost[side][e], (Cost)cost[side][g]));
                    for (int32_t g = x->first[other][a]; g < x->first[other][a + 1]; ++g)
                        if (int32_t k = place[x->head[other][g]]; k != NONE)
                            lower(cost[side][e], plus((Cost)cost[side][k], (Cost)cost[other][g]));
                }
                for (int32_t e = first[v]; e < first[v + 1]; ++e) place[head[e]] = NONE;
            }
        return 0;
    });
}

// Keeps, of one side, the edges whose cost is that of the cheapest path. With `head` null counts only.
int64_t cch_prune(const Index *x, const Names *names, const int32_t *order, int64_t side, const int32_t *up,
                  const int32_t *down, const int32_t *perfect, int32_t *first, int32_t *head, int32_t *cost,
                  int32_t *middle) {
    const int32_t *both[2] = {up, down}, *whole = both[side];
    Triangles triangles(*x, both, *names, order);
    int32_t count = 0;
    for (int64_t v = 0; v < x->vertices; ++v) {
        first[v] = count;
        for (int32_t e = x->first[side][v]; e < x->first[side][v + 1]; ++e) {
            if ((Cost)whole[e] >= INFINITE || whole[e] != perfect[e]) continue;
            if (head) {
                head[count] = x->head[side][e];
                cost[count] = whole[e];
                Triangle over = triangles.of((int)side, e);
                middle[count] = over.down == NONE ? NONE : triangles.low(over);
            }
            ++count;
        }
    }
    first[x->vertices] = count;
    return count;
}

// Puts new costs of some arcs in force, along the tree; `edge` are those that `cch_map_arcs` gave them. `order` and the
// arcs tell what lies on an edge itself.
int64_t cch_update(const Index *x, int64_t changed, const int32_t *edge, const int32_t *order, const int32_t *first_arc,
                   const int32_t *arc_head, const int64_t *arc_ms, int32_t *up, int32_t *down) {
    return guarded([&]() -> int64_t {
        int32_t *cost[2] = {up, down};
        typedef std::pair<int32_t, int32_t> Entry;  // tail, and the edge as arcs name it
        std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> waiting;
        std::vector<bool> queued[2] = {std::vector<bool>(x->edges[0]), std::vector<bool>(x->edges[1])};
        auto push = [&](int64_t side, int64_t e) {
            if (queued[side][e]) return;
            queued[side][e] = true;
            waiting.push({x->tail[side][e], side ? ~(int32_t)e : (int32_t)e});
        };
        auto own = [&](int32_t from, int32_t to) {
            Cost best = INFINITE;
            for (int32_t a = first_arc[order[from]]; a < first_arc[order[from] + 1]; ++a)
                if (arc_head[a] == order[to]) best = (Cost)std::min<int64_t>(best, arc_ms[a]);
            return best;
        };
        for (int64_t i = 0; i < changed; ++i) push(edge[i] < 0, edge[i] < 0 ? ~edge[i] : edge[i]);
        int64_t count = 0;
        while (!waiting.empty()) {
            auto [v, named] = waiting.top();
            waiting.pop();
            int64_t side = named < 0, other = 1 - side, e = side ? ~named : named;
            queued[side][e] = false;
            ++count;
            int32_t h = x->head[side][e];
            Cost best = side ? own(h, v) : own(v, h);
            lower_triangles(*x, side, e, [&](int32_t p, int32_t q) {
                best = std::min(best, plus((Cost)cost[other][p], (Cost)cost[side][q]));
                return true;
            });
            if (best == (Cost)cost[side][e]) continue;
            cost[side][e] = (int32_t)best;
            // Whatever leads over v: from, or to, each of its upper neighbours of the other side.
            for (int32_t g = x->first[other][v]; g < x->first[other][v + 1]; ++g) {
                int32_t w = x->head[other][g];
                if (w == h) continue;
                int64_t lies = (w < h) == (side == 0) ? 0 : 1;
                push(lies, find_edge(x->first[lies], x->head[lies], std::min(w, h), std::max(w, h)));
            }
        }
        return count;
    });
}
}
