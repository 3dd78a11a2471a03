// Customizable contraction hierarchy over plain arrays: what `nav.routing.cch` computes, called through ctypes.
//
// J. Dibbelt, B. Strasser, D. Wagner, "Customizable Contraction Hierarchies", JEA 21 (2016). Vertices are ranks in
// the contraction order. An up-edge joins a vertex to a higher one; `forward` is its cost upwards, `backward` that
// of the way down. Every array belongs to the caller, and nothing here is kept between two calls but scratch space.
// No function throws over the border: one that lacks memory returns NO_MEMORY.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <queue>
#include <vector>

namespace {

typedef uint32_t Cost;
const Cost INFINITE = 2147483647u;
const int32_t NONE = -1;
const int64_t NO_MEMORY = -2, STOPPED = -3, TOO_LONG = -4;

struct Index {
    int64_t vertices, edges;
    const int64_t *up_first, *down_first;
    const int32_t *up_head, *up_tail, *down_edge;
};

// What a query reads: for each direction the arcs of every vertex to higher ones. Either the up-edges with both
// costs, or the few of them that can lie on a cheapest path, each with the vertex that it leads over.
// A pack can be damaged: what leads out of the arrays or down again is left out, never followed.
struct Ladder {
    int64_t vertices, ways[2];
    const int32_t *parent;
    const int64_t *first[2];
    const int32_t *head[2], *cost[2], *middle[2];
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
struct Side {
    Zeroed<Cost> nearness;                // INFINITE less the cost
    Zeroed<int32_t> arc_above, from_above;  // one more than each, 0: none
    std::vector<int32_t> touched;

    explicit Side(int64_t vertices) : nearness(vertices), arc_above(vertices), from_above(vertices) {}
    Cost cost(int32_t v) const { return INFINITE - nearness.at[v]; }
    int32_t arc(int32_t v) const { return arc_above.at[v] - 1; }
    int32_t from(int32_t v) const { return from_above.at[v] - 1; }
    bool improve(int32_t v, Cost cost, int32_t arc, int32_t from) {
        Cost nearer = INFINITE - cost;
        if (nearer <= nearness.at[v]) return false;
        if (!nearness.at[v]) touched.push_back(v);
        nearness.at[v] = nearer;
        arc_above.at[v] = arc + 1;
        from_above.at[v] = from + 1;
        return true;
    }
    void clear() {
        for (int32_t v : touched) nearness.at[v] = 0, arc_above.at[v] = from_above.at[v] = 0;
        touched.clear();
    }
};

struct Scratch {
    Side side[2];
    explicit Scratch(int64_t vertices) : side{Side(vertices), Side(vertices)} {}
};

inline Cost plus(Cost a, Cost b) { return a >= INFINITE || b >= INFINITE ? INFINITE : std::min(a + b, INFINITE); }

inline int64_t find_edge(const int64_t *first, const int32_t *head, int32_t low, int32_t high) {
    const int32_t *begin = head + first[low], *end = head + first[low + 1];
    const int32_t *found = std::lower_bound(begin, end, high);
    return found != end && *found == high ? found - head : NONE;
}

// Calls `triangle(p, q)` for each vertex below both ends of an edge: p leads from it to the tail, q to the head.
template <class Triangle>
void lower_triangles(const Index &x, int64_t edge, Triangle triangle) {
    int32_t a = x.up_tail[edge], b = x.up_head[edge];
    int64_t i = x.down_first[a], j = x.down_first[b], i_end = x.down_first[a + 1], j_end = x.down_first[b + 1];
    while (i < i_end && j < j_end) {
        int32_t p = x.down_edge[i], q = x.down_edge[j];
        if (x.up_tail[p] < x.up_tail[q]) ++i;
        else if (x.up_tail[q] < x.up_tail[p]) ++j;
        else {
            if (!triangle(p, q)) return;
            ++i;
            ++j;
        }
    }
}

// Goes up the chains of parents of several vertices at once, lowest first, each vertex once.
class Climb {
  public:
    Climb(const Ladder &l, const int32_t *start, int64_t count) : parent_(l.parent), vertices_(l.vertices) {
        heads_.assign(start, start + count);
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

void seed(Side &s, const int32_t *state, const int32_t *ms, int64_t count) {
    for (int64_t i = 0; i < count; ++i) s.improve(state[i], (Cost)ms[i], NONE, NONE);
}

inline void relax(const Ladder &l, Side &s, int side, int32_t v) {
    Cost d = s.cost(v);
    const int32_t *head = l.head[side], *cost = l.cost[side];
    int64_t begin = std::max<int64_t>(l.first[side][v], 0), end = std::min(l.first[side][v + 1], l.ways[side]);
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
            if (!(l_.middle[0] ? by_middle(stack, step) : by_triangle(stack, step))) {
                if (!put(count, step.side ? step.tail : l_.head[0][step.arc])) return TOO_LONG;
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

    bool by_middle(std::vector<Step> &stack, const Step &s) {
        int32_t low = l_.middle[s.side][s.arc];
        if (low < 0 || low >= s.tail) return false;
        int32_t head = l_.head[s.side][s.arc];
        int32_t a = s.side ? head : s.tail, b = s.side ? s.tail : head;
        int64_t down = find_way(1, low, a), up = find_way(0, low, b);
        if (down < 0 || up < 0) return false;
        push(stack, low, (int32_t)down, (int32_t)up);
        return true;
    }

    int64_t find_way(int side, int32_t low, int32_t high) {
        int64_t begin = l_.first[side][low], end = l_.first[side][low + 1];
        if (begin < 0 || end > l_.ways[side] || begin > end) return NONE;
        return find_edge(l_.first[side], l_.head[side], low, high);
    }

    bool by_triangle(std::vector<Step> &stack, const Step &s) {
        Cost whole = (Cost)l_.cost[s.side][s.arc];
        int32_t down = NONE, up = NONE;
        lower_triangles(*x_, s.arc, [&](int32_t p, int32_t q) {
            int32_t to_a = s.side ? q : p, to_b = s.side ? p : q;
            if (plus((Cost)l_.cost[1][to_a], (Cost)l_.cost[0][to_b]) != whole) return true;
            down = to_a;
            up = to_b;
            return false;
        });
        if (down == NONE) return false;
        push(stack, x_->up_tail[down], down, up);
        return true;
    }

    const Ladder &l_;
    const Index *x_;
    int32_t *out_;
    int64_t room_;
};

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

template <class Work>
int64_t guarded(Work work) {
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return NO_MEMORY;
    }
}

}  // namespace

extern "C" {

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

Scratch *cch_scratch(int64_t vertices) {
    try {
        return new Scratch(vertices);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

void cch_free_scratch(Scratch *scratch) { delete scratch; }

// Finds the cheapest path from any source to any target. Returns the number of its vertices, 0 without one.
int64_t cch_query(const Ladder *l, const Index *x, Scratch *s, int64_t sources, const int32_t *source,
                  const int32_t *source_ms, int64_t targets, const int32_t *target, const int32_t *target_ms,
                  int64_t *cost, int32_t *path, int64_t room) {
    return guarded([&]() -> int64_t {
        Side &up = s->side[0], &down = s->side[1];
        seed(up, source, source_ms, sources);
        seed(down, target, target_ms, targets);
        Climb ahead(*l, source, sources), behind(*l, target, targets);
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
    });
}

// Fills (S, T) costs from groups of sources to groups of targets; INFINITE where there is no way.
int64_t cch_table(const Ladder *l, Scratch *s, int64_t source_groups, const int64_t *source_first,
                  const int32_t *source, const int32_t *source_ms, int64_t target_groups,
                  const int64_t *target_first, const int32_t *target, const int32_t *target_ms, uint32_t *out) {
    return guarded([&]() -> int64_t {
        struct Mark {
            int32_t group, next;
            Cost cost;
        };
        std::vector<Mark> marks;
        std::vector<int32_t> latest(l->vertices, NONE);
        auto climb = [&](int side, const int32_t *state, const int32_t *ms, int64_t count, auto visit) {
            Side &reached = s->side[side];
            seed(reached, state, ms, count);
            for (Climb up(*l, state, count); up.peek() != INT32_MAX; up.next())
                if (Cost c = reached.cost(up.peek()); c < INFINITE) {
                    visit(up.peek(), c);
                    relax(*l, reached, side, up.peek());
                }
            reached.clear();
        };
        for (int64_t j = 0; j < target_groups; ++j) {
            int64_t begin = target_first[j];
            climb(1, target + begin, target_ms + begin, target_first[j + 1] - begin, [&](int32_t v, Cost c) {
                marks.push_back({(int32_t)j, latest[v], c});
                latest[v] = (int32_t)marks.size() - 1;
            });
        }
        std::fill(out, out + source_groups * target_groups, INFINITE);
        for (int64_t i = 0; i < source_groups; ++i) {
            int64_t begin = source_first[i];
            uint32_t *row = out + i * target_groups;
            climb(0, source + begin, source_ms + begin, source_first[i + 1] - begin, [&](int32_t v, Cost c) {
                for (int32_t m = latest[v]; m != NONE; m = marks[m].next)
                    row[marks[m].group] = std::min(row[marks[m].group], plus(c, marks[m].cost));
            });
        }
        return 0;
    });
}

// Searches the graph itself, from both ends (Dijkstra): what answers while no hierarchy has these costs.
int64_t cch_plain(const int64_t *first_arc, const int32_t *arc_head, const int64_t *back_first, const int32_t *back_arc,
                  const int32_t *arc_tail, const int64_t *arc_ms, Scratch *s, int64_t sources, const int32_t *source,
                  const int32_t *source_ms, int64_t targets, const int32_t *target, const int32_t *target_ms,
                  int64_t *cost, int32_t *path, int64_t room) {
    return guarded([&]() -> int64_t {
        typedef std::pair<Cost, int32_t> Entry;
        std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> waiting[2];
        seed(s->side[0], source, source_ms, sources);
        seed(s->side[1], target, target_ms, targets);
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
            const int64_t *first = side ? back_first : first_arc;
            for (int64_t i = first[v]; i < first[v + 1]; ++i) {
                int64_t arc = side ? back_arc[i] : i;
                int32_t w = side ? arc_tail[arc] : arc_head[arc];
                if (arc_ms[arc] >= INFINITE) continue;
                Cost c = plus(reached, (Cost)arc_ms[arc]);
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
    });
}

// Finds the arcs of a path of states: the cheapest of those that join two of them.
void cch_arcs(int64_t count, const int32_t *state, const int64_t *first_arc, const int32_t *arc_head,
              const int64_t *arc_ms, int32_t *arc) {
    for (int64_t i = 0; i + 1 < count; ++i) {
        int64_t best = NONE;
        for (int64_t a = first_arc[state[i]]; a < first_arc[state[i] + 1]; ++a)
            if (arc_head[a] == state[i + 1] && (best == NONE || arc_ms[a] < arc_ms[best])) best = a;
        arc[i] = (int32_t)best;
    }
}
}
