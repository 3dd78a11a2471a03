// What the parts of the kernels share; see order.cpp, build.cpp and query.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <queue>
#include <vector>

namespace cch {

typedef uint32_t Cost;
const Cost INFINITE = 2147483647u;
const int32_t NONE = -1;
const int64_t NO_MEMORY = -2, STOPPED = -3, TOO_LONG = -4;

struct Index {
    int64_t vertices, edges;
    const int64_t *up_first, *down_first;
    const int32_t *up_head, *up_tail, *down_edge;
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

template <class Work>
int64_t guarded(Work work) {
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return NO_MEMORY;
    }
}

}  // namespace cch
