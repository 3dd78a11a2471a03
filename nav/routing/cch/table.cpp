// Tables of costs from a hierarchy; called through ctypes. See query.cpp.

#include "ladder.h"

using namespace cch;

namespace {

const int LANES = 8;

// Costs between some ends, a few at a time, and many others: what lies above those is looked through from the top
// down, once for all of them (RPHAST: Delling, Goldberg, Nowatzyk and Werneck, 2013).
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
        costs_.resize(vertices_.size());
    }

    // Finds the costs between the ends `first`, … and all vertices above the many.
    void run(Side &reached, const Groups &few, int64_t first, int64_t lanes) {
        for (Lanes &cost : costs_) std::fill(cost.of, cost.of + LANES, INFINITE);
        for (int64_t lane = 0; lane < lanes; ++lane) {
            Ends ends(few, first + lane);
            seed(reached, ends);
            for (Climb up(l_, ends); up.peek() != INT32_MAX; up.next()) {
                int32_t v = up.peek();
                if (reached.cost(v) >= INFINITE) continue;
                if (place_.at[v]) costs_[place_.at[v] - 1].of[lane] = reached.cost(v);
                relax(l_, reached, 1 - side_, v);
            }
            reached.clear();
        }
        for (size_t i = 0; i < vertices_.size(); ++i) {
            Lanes cost = costs_[i];
            each_way(l_, side_, vertices_[i], [&](int64_t head, Cost more) {
                if (!place_.at[head]) return;
                const Lanes &higher = costs_[place_.at[head] - 1];
                for (int lane = 0; lane < LANES; ++lane)
                    cost.of[lane] = std::min(cost.of[lane], higher.of[lane] + more);
            });
            costs_[i] = cost;
        }
    }

    Cost cost(const Ends &ends, int64_t lane) const {
        Cost best = INFINITE;
        for (int64_t k = 0; k < ends.count; ++k) {
            int32_t v = ends.state[k];
            if (v >= 0 && v < l_.vertices) best = std::min(best, plus(costs_[place_.at[v] - 1].of[lane], ends.ms[k]));
        }
        return best;
    }

  private:
    struct Lanes {
        Cost of[LANES];
    };

    int64_t above(int64_t v) const { return l_.parent[v] > v ? l_.parent[v] : NONE; }

    const Ladder &l_;
    int side_;
    Zeroed<int32_t> place_;  // one more than where a vertex stands in `vertices_`, 0: nowhere
    std::vector<int32_t> vertices_;
    std::vector<Lanes> costs_;
};

}  // namespace

extern "C" {

// Fills (S, T) costs from groups of sources to groups of targets; INFINITE where there is no way.
int64_t cch_table(const Ladder *l, Scratch *s, const Groups *sources, const Groups *targets, uint32_t *out) {
    return guarded([&]() -> int64_t {
        bool from_sources = sources->count <= targets->count;
        const Groups &few = from_sources ? *sources : *targets, &many = from_sources ? *targets : *sources;
        int64_t across = from_sources ? 1 : targets->count, along = from_sources ? targets->count : 1;
        Sweep sweep(*l, many, from_sources ? 1 : 0);
        for (int64_t i = 0; i < few.count; i += LANES) {
            int64_t lanes = std::min<int64_t>(LANES, few.count - i);
            sweep.run(s->side[from_sources ? 0 : 1], few, i, lanes);
            for (int64_t j = 0; j < many.count; ++j)
                for (int64_t lane = 0; lane < lanes; ++lane)
                    out[(i + lane) * along + j * across] = sweep.cost(Ends(many, j), lane);
        }
        return 0;
    });
}
}
