// The order in which a hierarchy contracts the states of a map: nested dissection, called through ctypes.
//
// A map is halved by the least cut through its streets between what lies far out on two opposite sides (inertial
// flow: A. Schild, C. Sommer, "On Balanced Separators in Road Networks", SEA 2015). The states on the streets that
// are cut separate those of both halves, which are halved in turn. A cut weighs as much as states lie on its streets.

#include <atomic>
#include <memory>
#include <numeric>
#include <system_error>
#include <thread>

#include "cch.h"

using namespace cch;

namespace {

const double OUTER_SHARE = 0.3;    // of the nodes are source, and as many sink, of the flow
const int64_t WORTH_A_THREAD = 20000;  // nodes

// Streets between nodes, each with the states that lie on it.
struct Map {
    int64_t nodes, streets;
    const float *x, *y;
    const int32_t *end[2];
    const int32_t *first_state, *state;
    int32_t weight(int32_t street) const { return first_state[street + 1] - first_state[street]; }
};

// Some nodes and the streets between them, as ranges of arrays that all cells share.
struct Cell {
    int32_t *node, *node_end, *street, *street_end;
    int64_t nodes() const { return node_end - node; }
    int64_t streets() const { return street_end - street; }
};

// Finds the least cut of one cell between a set of sources and a set of sinks, by paths that can carry more.
class Flow {
  public:
    Flow(const Map &map, const Cell &cell, int32_t *local)
        : cell_(cell), first_(cell.nodes() + 1, 0), way_(2 * cell.streets()), flow_(cell.streets()),
          seen_(cell.nodes()), next_(cell.nodes()), role_(cell.nodes()) {
        for (int64_t i = 0; i < cell.nodes(); ++i) local[cell.node[i]] = (int32_t)i;
        for (int64_t i = 0; i < cell.streets(); ++i)
            for (int side = 0; side < 2; ++side) ++first_[local[map.end[side][cell.street[i]]] + 1];
        std::partial_sum(first_.begin(), first_.end(), first_.begin());
        std::copy(first_.begin(), first_.end() - 1, next_.begin());
        for (int64_t i = 0; i < cell.streets(); ++i) {
            int32_t street = cell.street[i], a = local[map.end[0][street]], b = local[map.end[1][street]];
            way_[next_[a]++] = {b, (int32_t)i, map.weight(street), 1};
            way_[next_[b]++] = {a, (int32_t)i, map.weight(street), -1};
        }
    }

    // Lets what can flow from the first nodes of `sorted` to the last, straight on before sideways; the cut's weight,
    // or `bound` if it has that.
    int64_t run(const Long<int32_t> &sorted, const Long<float> &along, int64_t outer, int64_t bound) {
        std::fill(flow_.begin(), flow_.end(), 0);
        std::fill(role_.begin(), role_.end(), 0);
        std::fill(seen_.begin(), seen_.end(), 0);
        pass_ = 0;
        sinks_.assign(sorted.end() - outer, sorted.end());
        for (int32_t v : sinks_) role_[v] = SINK;
        for (int64_t i = 0; i < outer; ++i) role_[sorted[i]] = SOURCE;
        sources_.clear();
        for (int64_t i = 0; i < outer; ++i) {
            int32_t v = sorted[i];
            auto leads_out = [&](const Way &w) { return role_[w.head] != SOURCE; };
            if (std::any_of(&way_[first_[v]], way_.data() + first_[v + 1], leads_out)) sources_.push_back(v);
        }
        for (int64_t v = 0; v < cell_.nodes(); ++v)
            std::sort(way_.data() + first_[v], way_.data() + first_[v + 1], [&](const Way &a, const Way &b) {
                return along[a.head] != along[b.head] ? along[a.head] > along[b.head] : a.street < b.street;
            });
        int64_t total = 0, before = -1;
        while (total < bound && before < total) {
            before = total;
            ++pass_;
            for (size_t i = 0; i < sources_.size() && total < bound; ++i) {
                next_[sources_[i]] = first_[sources_[i]];
                while (int32_t pushed = push(sources_[i])) total += pushed;
            }
        }
        return std::min(total, bound);
    }

    // After a whole run: which nodes lie on the first side, that of the two least cuts which halves better.
    Long<char> side() {
        int64_t count = cell_.nodes();
        Long<char> near(count), far(count, 1);  // the last pass has seen all that can still be reached
        for (int64_t v = 0; v < count; ++v) near[v] = role_[v] == SOURCE || seen_[v] == pass_;
        Long<int32_t> waiting = sinks_;
        for (int32_t v : waiting) far[v] = 0;
        while (!waiting.empty()) {
            int32_t v = waiting.back();
            waiting.pop_back();
            for (int64_t k = first_[v]; k < first_[v + 1]; ++k) {
                const Way &w = way_[k];
                if (!far[w.head] || w.weight + w.sign * flow_[w.street] == 0) continue;
                far[w.head] = 0;
                waiting.push_back(w.head);
            }
        }
        auto unevenness = [&](const Long<char> &in) {
            return std::llabs(2 * std::accumulate(in.begin(), in.end(), (int64_t)0) - count);
        };
        return unevenness(near) <= unevenness(far) ? near : far;
    }

  private:
    static const char SOURCE = 1, SINK = 2;
    struct Way {
        int32_t head, street, weight, sign;
    };

    int32_t room(const Way &w) const { return w.weight - w.sign * flow_[w.street]; }

    // Goes from a source to a sink over nodes that this pass has not seen; what flowed, 0 if there is no way left.
    int32_t push(int32_t source) {
        path_.clear();
        int32_t v = source;
        while (role_[v] != SINK) {
            int64_t &k = next_[v];
            while (k < first_[v + 1] && (is_seen(way_[k].head) || !room(way_[k]))) ++k;
            if (k < first_[v + 1]) {
                path_.push_back(k);
                v = way_[k].head;
                if (role_[v] == SINK) break;
                seen_[v] = pass_;
                next_[v] = first_[v];
                continue;
            }
            if (path_.empty()) return 0;
            path_.pop_back();
            v = path_.empty() ? source : way_[path_.back()].head;
        }
        int32_t most = INT32_MAX;
        for (int64_t k : path_) most = std::min(most, room(way_[k]));
        for (int64_t k : path_) flow_[way_[k].street] += most * way_[k].sign;
        return most;
    }

    bool is_seen(int32_t v) const { return role_[v] == SOURCE || seen_[v] == pass_; }

    const Cell cell_;
    Long<int64_t> first_;
    Long<Way> way_;
    Long<int32_t> flow_, seen_;
    Long<int64_t> next_;
    Long<char> role_;
    Long<int32_t> sources_, sinks_;
    std::vector<int64_t> path_;
    int32_t pass_ = 0;
};

class Dissection {
  public:
    Dissection(const Map &map, int32_t *order)
        : map_(map), order_(order), node_(map.nodes), street_(map.streets), local_(map.nodes),
          spare_threads_((int)std::thread::hardware_concurrency() - 1) {
        std::iota(node_.begin(), node_.end(), 0);
        std::iota(street_.begin(), street_.end(), 0);
    }

    int64_t run() {
        Cell all{node_.data(), node_.data() + node_.size(), street_.data(), street_.data() + street_.size()};
        dissect(all, map_.first_state[map_.streets]);
        return lacks_memory_ ? NO_MEMORY : 0;
    }

  private:
    // Puts the states of a cell at the places before `end`: those of its cut last.
    void dissect(Cell cell, int64_t end) {
        while (cell.streets() > 0 && !lacks_memory_) {
            if (cell.nodes() < 2) {
                put(cell.street, cell.street_end, end);
                return;
            }
            auto [middle, kept] = halve(cell);
            int32_t *cut = kept.second;
            end = put(cut, cell.street_end, end);
            Cell one{cell.node, middle, cell.street, kept.first}, other{middle, cell.node_end, kept.first, cut};
            int64_t between = end;
            for (int32_t *s = other.street; s < other.street_end; ++s) between -= map_.weight(*s);
            std::thread beside;
            bool is_beside = one.nodes() > WORTH_A_THREAD && begin([=] { dissect(one, between); }, beside);
            if (!is_beside) guard([&] { dissect(one, between); });
            if (is_beside) {
                guard([&] { dissect(other, end); });
                beside.join();
                ++spare_threads_;
                return;
            }
            cell = other;
        }
    }

    template <class Work>
    bool begin(Work work, std::thread &thread) {
        if (--spare_threads_ < 0) {
            ++spare_threads_;
            return false;
        }
        try {
            thread = std::thread([=] { guard(work); });
            return true;
        } catch (const std::system_error &) {
            ++spare_threads_;
            return false;
        }
    }

    template <class Work>
    void guard(Work work) {
        try {
            work();
        } catch (const std::bad_alloc &) {
            lacks_memory_ = true;
        }
    }

    int64_t put(const int32_t *street, const int32_t *street_end, int64_t end) {
        for (; street < street_end; ++street)
            for (int32_t i = map_.first_state[*street]; i < map_.first_state[*street + 1]; ++i)
                order_[--end] = map_.state[i];
        return end;
    }

    // Sorts nodes and streets of a cell into the first half, the second, and the streets between them.
    std::pair<int32_t *, std::pair<int32_t *, int32_t *>> halve(const Cell &cell) {
        Long<char> first = best_side(cell);  // by local numbers, which the sorting leaves alone
        auto in_first = [&](int32_t v) { return first[local_[v]] != 0; };
        int32_t *one = std::stable_partition(cell.street, cell.street_end, [&](int32_t s) {
            return in_first(map_.end[0][s]) && in_first(map_.end[1][s]);
        });
        int32_t *other = std::stable_partition(one, cell.street_end, [&](int32_t s) {
            return !in_first(map_.end[0][s]) && !in_first(map_.end[1][s]);
        });
        return {std::stable_partition(cell.node, cell.node_end, in_first), {one, other}};
    }

    // Cuts along four axes; the best cut is the lightest for the size of the smaller half.
    Long<char> best_side(const Cell &cell) {
        int64_t count = cell.nodes(), outer = std::max<int64_t>(1, (int64_t)((double)count * OUTER_SHARE));
        Flow flow(map_, cell, local_.data());
        Long<int32_t> sorted(count);
        Long<float> along(count);
        Long<char> best;
        double best_ratio = 0;
        static const float axes[4][2] = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
        for (const auto &axis : axes) {
            for (int64_t i = 0; i < count; ++i)
                along[i] = axis[0] * map_.x[cell.node[i]] + axis[1] * map_.y[cell.node[i]];
            auto before = [&](int32_t a, int32_t b) { return along[a] != along[b] ? along[a] < along[b] : a < b; };
            std::iota(sorted.begin(), sorted.end(), 0);
            std::nth_element(sorted.begin(), sorted.begin() + outer, sorted.end(), before);
            std::nth_element(sorted.begin() + outer, sorted.end() - outer, sorted.end(), before);
            int64_t bound = best.empty() ? INT64_MAX : (int64_t)(best_ratio * (double)(count / 2)) + 1;
            int64_t cut = flow.run(sorted, along, outer, bound);
            if (cut >= bound) continue;
            Long<char> side = flow.side();
            int64_t in = std::accumulate(side.begin(), side.end(), (int64_t)0);
            double ratio = (double)cut / (double)std::min(in, count - in);
            if (best.empty() || ratio < best_ratio) {
                best = std::move(side);
                best_ratio = ratio;
            }
            if (!cut) break;
        }
        return best;
    }

    const Map map_;
    int32_t *order_;
    Long<int32_t> node_, street_, local_;
    std::atomic<int> spare_threads_;
    std::atomic<bool> lacks_memory_{false};
};

}  // namespace

extern "C" {

// Fills the order, lowest first. Streets join nodes at `from` and `to`; each has its states in a list.
int64_t cch_order(int64_t nodes, const float *x, const float *y, int64_t streets, const int32_t *from,
                  const int32_t *to, const int32_t *first_state, const int32_t *state, int32_t *order) {
    return guarded([&]() -> int64_t {
        Map map{nodes, streets, x, y, {from, to}, first_state, state};
        return Dissection(map, order).run();
    });
}
}
