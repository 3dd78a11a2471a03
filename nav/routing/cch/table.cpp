// Tables of costs and times from a hierarchy; called through ctypes. See query.cpp.

#include "paths.h"

using namespace cch;

namespace {

const int LANES = 8;

// What each way of a ladder takes, in the order of the vertices; `first` tells where those of a vertex begin.
struct Taken {
    const int32_t *first[2];
    uint32_t *ms[2];

    uint32_t &of(int side, int64_t v, int64_t number) const { return ms[side][first[side][v] + number]; }
};

// Costs of a few ends.
struct Costs {
    Cost of[LANES];

    Costs() { std::fill(of, of + LANES, INFINITE); }
    void lower(const Costs &higher, Cost more, uint32_t) {
        for (int lane = 0; lane < LANES; ++lane) of[lane] = std::min(of[lane], higher.of[lane] + more);
    }
};

// Besides what the ways that cost it take: at least, and at most.
struct Times {
    Cost of[LANES];
    uint32_t least[LANES], most[LANES];

    Times() : least{}, most{} { std::fill(of, of + LANES, INFINITE); }
    void lower(const Times &higher, Cost more, uint32_t takes);
};

WIDE void lower_times(Times &known, const Times &higher, Cost more, uint32_t takes) {
    for (int lane = 0; lane < LANES; ++lane) {
        Cost cost = higher.of[lane] + more, before = known.of[lane];
        uint32_t least = higher.least[lane] + takes, most = higher.most[lane] + takes;
        uint32_t equal_least = std::min(known.least[lane], least), equal_most = std::max(known.most[lane], most);
        known.of[lane] = std::min(before, cost);
        known.least[lane] = cost < before ? least : cost == before ? equal_least : known.least[lane];
        known.most[lane] = cost < before ? most : cost == before ? equal_most : known.most[lane];
    }
}

inline void Times::lower(const Times &higher, Cost more, uint32_t takes) { lower_times(*this, higher, more, takes); }

// Costs between some ends, a few at a time, and many others: what lies above those is looked through from the top
// down, once for all of them (RPHAST: Delling, Goldberg, Nowatzyk and Werneck, 2013).
template <class Lanes>
class Sweep {
  public:
    // `side` is that of the ways which lead to the many ends, or from them.
    Sweep(const Ladder &l, const Groups &many, int side) : l_(l), side_(side), place_(l.vertices) {
        for (int64_t k = 0; k < many.first[many.count]; ++k)
            for (int64_t v = many.state[k]; v >= 0 && v < l.vertices && !place_.at[v]; v = above(v)) {
                place_.at[v] = 1;
                vertices_.push_back((int32_t)v);
            }
        std::sort(vertices_.begin(), vertices_.end(), std::greater<int32_t>());
        for (size_t i = 0; i < vertices_.size(); ++i) place_.at[vertices_[i]] = (int32_t)i + 1;
        lanes_.resize(vertices_.size());
    }

    void clear() { std::fill(lanes_.begin(), lanes_.end(), Lanes()); }

    // What is known of a vertex above the many ends; null for any other.
    Lanes *at(int64_t v) { return place_.at[v] ? &lanes_[place_.at[v] - 1] : nullptr; }

    void go_down(const Taken *taken) {
        for (int32_t v : vertices_) {
            Lanes found = *at(v);
            each_way(l_, side_, v, [&](int64_t head, Cost more, int64_t number) {
                if (const Lanes *higher = at(head))
                    found.lower(*higher, more, taken ? taken->of(side_, v, number) : 0);
            });
            *at(v) = found;
        }
    }

  private:
    int64_t above(int64_t v) const { return l_.parent[v] > v ? l_.parent[v] : NONE; }

    const Ladder &l_;
    int side_;
    Zeroed<int32_t> place_;  // one more than where a vertex stands in `vertices_`, 0: nowhere
    std::vector<int32_t> vertices_;
    std::vector<Lanes> lanes_;
};

// Goes up from one of the few ends, and tells each vertex that the many ends lie below.
void climb(const Ladder &l, Side &reached, const Ends &ends, int side, Sweep<Costs> &sweep, int64_t lane) {
    seed(reached, ends);
    for (Climb up(l, ends); up.peek() != INT32_MAX; up.next()) {
        int32_t v = up.peek();
        if (reached.cost(v) >= INFINITE) continue;
        if (Costs *there = sweep.at(v)) there->of[lane] = reached.cost(v);
        relax(l, reached, side, v);
    }
    reached.clear();
}

// The same with what the ways take.
class TimedClimb {
  public:
    TimedClimb(const Ladder &l, const Taken &taken) : l_(l), taken_(taken), labels_(l.vertices) {}

    void run(const Ends &ends, int side, Sweep<Times> &sweep, int64_t lane) {
        for (int64_t i = 0; i < ends.count; ++i)
            if (ends.state[i] >= 0 && ends.state[i] < l_.vertices) reach(ends.state[i], (Cost)ends.ms[i], 0, 0);
        for (Climb up(l_, ends); up.peek() != INT32_MAX; up.next()) {
            int32_t v = up.peek();
            const Label here = labels_.at[v];
            if (!here.nearness) continue;
            const Cost cost = INFINITE - here.nearness;
            if (Times *there = sweep.at(v)) {
                there->of[lane] = cost;
                there->least[lane] = here.least;
                there->most[lane] = here.most;
            }
            each_way(l_, side, v, [&](int64_t head, Cost more, int64_t number) {
                uint32_t takes = taken_.of(side, v, number);
                reach((int32_t)head, plus(cost, more), here.least + takes, here.most + takes);
            });
        }
        for (int32_t v : touched_) labels_.at[v] = {0, 0, 0};
        touched_.clear();
    }

  private:
    struct Label {
        Cost nearness;  // INFINITE less the cost
        uint32_t least, most;
    };

    void reach(int32_t v, Cost cost, uint32_t least, uint32_t most) {
        Label &known = labels_.at[v];
        const Cost nearness = INFINITE - cost;
        if (nearness < known.nearness || !nearness) return;
        if (nearness > known.nearness) {
            if (!known.nearness) touched_.push_back(v);
            known = {nearness, least, most};
            return;
        }
        known.least = std::min(known.least, least);
        known.most = std::max(known.most, most);
    }

    const Ladder &l_;
    const Taken &taken_;
    Zeroed<Label> labels_;
    std::vector<int32_t> touched_;
};

// The fewer of sources and targets, which are gone through some at a time, and the others.
struct Halves {
    bool from_sources;
    const Groups &few, &many;
    int64_t across, along;

    Halves(const Groups &sources, const Groups &targets)
        : from_sources(sources.count <= targets.count), few(from_sources ? sources : targets),
          many(from_sources ? targets : sources), across(from_sources ? 1 : targets.count),
          along(from_sources ? targets.count : 1) {}

    int up() const { return from_sources ? 0 : 1; }

    // Calls `climb(end, lane)` for each of some, `sink` when they are done, and `tell(place, many, lane)` for each pair.
    template <class Climbing, class Sinking, class Telling>
    void each(Climbing climbing, Sinking sink, Telling tell) const {
        for (int64_t i = 0; i < few.count; i += LANES) {
            int64_t lanes = std::min<int64_t>(LANES, few.count - i);
            for (int64_t lane = 0; lane < lanes; ++lane) climbing(Ends(few, i + lane), lane);
            sink();
            for (int64_t j = 0; j < many.count; ++j)
                for (int64_t lane = 0; lane < lanes; ++lane)
                    tell((i + lane) * along + j * across, Ends(many, j), lane);
        }
    }
};

// Sums up what the arcs take along each way, from the lowest vertex up: a way leads over a lower one.
class Summing {
  public:
    Summing(const Ladder &l, Triangles *triangles, const Graph &g, const int32_t *order, const int32_t *arc_takes,
            const Taken &out)
        : l_(l), triangles_(triangles), g_(g), order_(order), arc_takes_(arc_takes), out_(out) {}

    void run() const {
        for (int32_t v = 0; v < l_.vertices; ++v)
            for (int side = 0; side < 2; ++side)
                each_way(l_, side, v, [&](int64_t head, Cost, int64_t number) {
                    out_.of(side, v, number) = whole(side, v, (int32_t)head, number);
                });
    }

  private:
    uint32_t whole(int side, int32_t v, int32_t head, int64_t number) const {
        int32_t from = side ? head : v, to = side ? v : head;
        int64_t low = low_of(side, v, number);
        if (low >= 0 && low < v) return half(1, (int32_t)low, from) + half(0, (int32_t)low, to);
        int64_t arc = cheapest_arc(g_, order_[from], order_[to]);
        return arc < 0 ? 0 : (uint32_t)arc_takes_[arc];
    }

    int64_t low_of(int side, int32_t v, int64_t number) const {
        if (l_.packed[side]) {
            Packed way(l_, side, v);
            way.go_to(way.arc_of(number));
            return way.middle();
        }
        int64_t edge = std::max(l_.first[side][v], 0) + number;
        if (!triangles_) return l_.middle[side][edge];
        Triangle t = triangles_->of(side, (int32_t)edge);
        return t.down == NONE ? NONE : triangles_->low(t);
    }

    uint32_t half(int side, int32_t low, int32_t high) const {
        int64_t arc = find_way(l_, side, low, high);
        if (arc < 0) return 0;
        bool is_packed = l_.packed[side] != nullptr;
        return out_.of(side, low, is_packed ? Packed(l_, side, low).number_of(arc) : arc - l_.first[side][low]);
    }

    const Ladder &l_;
    Triangles *triangles_;
    const Graph &g_;
    const int32_t *order_, *arc_takes_;
    const Taken &out_;
};

}  // namespace

extern "C" {

// Fills (S, T) costs from groups of sources to groups of targets; INFINITE where there is no way.
int64_t cch_table(const Ladder *l, Scratch *s, const Groups *sources, const Groups *targets, uint32_t *out) {
    return guarded([&]() -> int64_t {
        const Halves halves(*sources, *targets);
        const int up = halves.up();
        Sweep<Costs> sweep(*l, halves.many, 1 - up);
        auto sink = [&]() { sweep.go_down(nullptr); };
        halves.each([&](const Ends &end, int64_t lane) {
            if (!lane) sweep.clear();
            climb(*l, s->side[up], end, up, sweep, lane);
        }, sink, [&](int64_t place, const Ends &ends, int64_t lane) {
            Cost best = INFINITE;
            for (int64_t k = 0; k < ends.count; ++k)
                if (ends.state[k] >= 0 && ends.state[k] < l->vertices)
                    best = std::min(best, plus(sweep.at(ends.state[k])->of[lane], ends.ms[k]));
            out[place] = best;
        });
        return 0;
    });
}

// Tells where the ways of each vertex begin if they are numbered all along; returns how many there are.
int64_t cch_number(const Ladder *l, int64_t side, int32_t *first) {
    int64_t count = 0;
    for (int64_t v = 0; v < l->vertices; ++v) {
        first[v] = (int32_t)count;
        int64_t begin = std::max(l->first[side][v], 0), end = std::min<int64_t>(l->first[side][v + 1], l->ways[side]);
        count += l->packed[side] ? Packed(*l, side, v).count() : std::max<int64_t>(end - begin, 0);
        if (count > INT32_MAX) return TOO_LONG;
    }
    first[l->vertices] = (int32_t)count;
    return count;
}

// Fills in what each way takes, given what the arcs do. With an index what ways lead over is looked for.
int64_t cch_sum(const Ladder *l, const Index *x, const Graph *g, const Names *names, const int32_t *order,
                const int32_t *arc_takes, const Taken *out) {
    return guarded([&]() -> int64_t {
        std::unique_ptr<Triangles> triangles(x ? new Triangles(*x, l->cost, *names, order) : nullptr);
        Summing(*l, triangles.get(), *g, order, arc_takes, *out).run();
        return 0;
    });
}

// Fills (S, T) costs as `cch_table`, and what the ways that cost it take: at least, and at most.
int64_t cch_timed_table(const Ladder *l, const Taken *taken, const Groups *sources, const Groups *targets,
                        uint32_t *out, uint32_t *least, uint32_t *most) {
    return guarded([&]() -> int64_t {
        const Halves halves(*sources, *targets);
        const int up = halves.up();
        Sweep<Times> sweep(*l, halves.many, 1 - up);
        TimedClimb climbing(*l, *taken);
        auto sink = [&]() { sweep.go_down(taken); };
        halves.each([&](const Ends &end, int64_t lane) {
            if (!lane) sweep.clear();
            climbing.run(end, up, sweep, lane);
        }, sink, [&](int64_t place, const Ends &ends, int64_t lane) {
            out[place] = INFINITE;
            for (int64_t k = 0; k < ends.count; ++k) {
                if (ends.state[k] < 0 || ends.state[k] >= l->vertices) continue;
                const Times &there = *sweep.at(ends.state[k]);
                Cost cost = plus(there.of[lane], ends.ms[k]);
                if (cost > out[place]) continue;
                bool is_tie = cost == out[place];
                least[place] = is_tie ? std::min(least[place], there.least[lane]) : there.least[lane];
                most[place] = is_tie ? std::max(most[place], there.most[lane]) : there.most[lane];
                out[place] = cost;
            }
        });
        return 0;
    });
}
}
