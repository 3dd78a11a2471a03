// What the parts of the kernels share; see order.cpp, build.cpp and query.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <queue>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "memory.h"

// A function that goes over many numbers: compiled twice, also for processors that take eight at a time.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default"), optimize("O3")))
#else
#define WIDE
#endif

namespace cch {

typedef uint32_t Cost;
const Cost INFINITE = 2147483647u;
const int32_t NONE = -1;
const int64_t NO_MEMORY = -2, STOPPED = -3, TOO_LONG = -4;

// What does not depend on costs: edges between a vertex (the tail) and a higher one (the head), those that lead up
// to it (side 0) and those that come down from it (side 1), each only where arcs over lower vertices lead so.
struct Index {
    int64_t vertices, edges[2];
    const int32_t *parent;  // the elimination tree
    const int32_t *first[2], *head[2], *tail[2];
    const int32_t *below_first[2], *below[2];  // the edges by their heads
};

inline Cost plus(Cost a, Cost b) { return a >= INFINITE || b >= INFINITE ? INFINITE : std::min(a + b, INFINITE); }

inline int64_t find_edge(const int32_t *first, const int32_t *head, int32_t low, int32_t high) {
    const int32_t *begin = head + first[low], *end = head + first[low + 1];
    const int32_t *found = std::lower_bound(begin, end, high);
    return found != end && *found == high ? found - head : NONE;
}

// Calls `triangle(p, q)` for each vertex below both ends of an edge: p, of the other side, joins it to the tail and q,
// of the same side, to the head.
template <class Triangle>
void lower_triangles(const Index &x, int64_t side, int64_t edge, Triangle triangle) {
    int64_t other = 1 - side;
    int32_t a = x.tail[side][edge], b = x.head[side][edge];
    int32_t i = x.below_first[other][a], i_end = x.below_first[other][a + 1];
    int32_t j = x.below_first[side][b], j_end = x.below_first[side][b + 1];
    while (i < i_end && j < j_end) {
        int32_t p = x.below[other][i], q = x.below[side][j];
        if (x.tail[other][p] < x.tail[side][q]) ++i;
        else if (x.tail[side][q] < x.tail[other][p]) ++j;
        else {
            if (!triangle(p, q)) return;
            ++i;
            ++j;
        }
    }
}

template <class Work>
int64_t guarded(Work work) {
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return NO_MEMORY;
    }
}

}  // namespace cch
