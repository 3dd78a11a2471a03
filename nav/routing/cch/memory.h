// Memory that the system can take back: large blocks lie in mapped files without names. See memory.cpp.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace cch {

// A block of the heap, or of a file if it is large and a folder for such was named; null without memory.
void *take(size_t size, bool zeroed = false);
void give_back(void *block);

template <class T>
struct Mapped {
    typedef T value_type;
    Mapped() = default;
    template <class U>
    Mapped(const Mapped<U> &) {}
    T *allocate(size_t count) {
        if (void *block = take(count * sizeof(T))) return (T *)block;
        throw std::bad_alloc();
    }
    void deallocate(T *block, size_t) { give_back(block); }
    template <class U>
    bool operator==(const Mapped<U> &) const { return true; }
    template <class U>
    bool operator!=(const Mapped<U> &) const { return false; }
};

// A vector as long as a region has vertices, edges or streets.
template <class T>
using Long = std::vector<T, Mapped<T>>;

}  // namespace cch
