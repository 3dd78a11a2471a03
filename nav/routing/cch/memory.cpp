// Large blocks in mapped files without names, for our kernels and for numpy (its enhancement proposal 49).
//
// Of such a block only those pages need memory that are being worked on. Its room on the disk is reserved at once, so
// that a full disk is noticed here; then, as where files cannot be mapped, the block is one of the heap. Both may wait
// for the disk and for other threads, and numpy asks while it holds Python's lock, which is let go for so long.

#include "memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>
#define CAN_MAP 1
#endif

namespace {

// Where blocks from some size on lie, and how much room its disk keeps for others.
struct Place {
    std::string folder;
    size_t at_least, spare;
};

// Python's lock: whether this thread holds it, letting it go, and taking it again.
struct Interpreter {
    int (*holds)();
    void *(*let_go)();
    void (*take)(void *);
};

struct Files {
    std::mutex lock;
    Interpreter python{};
    std::vector<Place> users;
    std::unordered_map<void *, size_t> blocks;
};

Files &files() {
    static Files *const the = new Files;  // blocks outlive whatever is destroyed at the end
    return *the;
}

const uintptr_t PAGE = 4096;  // no page is smaller

// Does what may wait for the disk, or for other threads' memory, while other threads of Python run on.
template <class Work>
void without_python(Work work) {
    Interpreter python;
    {
        Files &f = files();
        std::lock_guard<std::mutex> held(f.lock);
        python = f.python;
    }
    void *state = python.holds && python.holds() ? python.let_go() : nullptr;
    work();
    if (state) python.take(state);
}

#ifdef CAN_MAP
bool reserve(int file, size_t size, size_t spare) {
    struct statvfs disk;
    if (fstatvfs(file, &disk) || disk.f_bavail < (size + spare) / disk.f_frsize) return false;
#ifdef __linux__
    return !posix_fallocate(file, 0, (off_t)size);
#else
    return !ftruncate(file, (off_t)size);
#endif
}

void *map_file(const Place &place, size_t size) {
    std::string name = place.folder + "/room-XXXXXX";
    int file = mkstemp(&name[0]);
    if (file < 0) return nullptr;
    unlink(name.c_str());
    void *at = MAP_FAILED;
    if (reserve(file, size, place.spare)) at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return at == MAP_FAILED ? nullptr : at;
}

const size_t MUCH = 1 << 24;

// In pieces: while one is given back nobody else gets memory.
void unmap_all(void *block, size_t size) {
    for (size_t done = 0; done < size; done += MUCH) munmap((char *)block + done, std::min(MUCH, size - done));
}

// Much takes long to give back, and who gives it may be a question.
void unmap(void *block, size_t size) {
    if (size >= MUCH) try {
            std::thread(unmap_all, block, size).detach();
            return;
        } catch (const std::system_error &) {
        }
    unmap_all(block, size);
}
#else
void *map_file(const Place &, size_t) { return nullptr; }
void unmap(void *, size_t) {}
#endif

// The size of a mapped block, 0 if it is none; forgets it if asked to.
size_t mapped_size(void *block, bool forget) {
    if (!block || (uintptr_t)block % PAGE) return 0;
    Files &f = files();
    std::lock_guard<std::mutex> held(f.lock);
    auto found = f.blocks.find(block);
    if (found == f.blocks.end()) return 0;
    size_t size = found->second;
    if (forget) f.blocks.erase(found);
    return size;
}

void *take_mapped(size_t size) {
    Files &f = files();
    Place place;
    {
        std::lock_guard<std::mutex> held(f.lock);
        if (f.users.empty() || size < f.users.back().at_least || !size) return nullptr;
        place = f.users.back();
    }
    void *block;
    without_python([&] { block = map_file(place, size); });
    if (!block) return nullptr;
    std::lock_guard<std::mutex> held(f.lock);
    f.blocks[block] = size;
    return block;
}

void *numpy_take(void *, size_t size) { return cch::take(size); }
void *numpy_take_zeroed(void *, size_t count, size_t size) { return cch::take(count * size, true); }
void numpy_give_back(void *, void *block, size_t) { cch::give_back(block); }

void *numpy_change(void *, void *block, size_t size) {
    size_t before = mapped_size(block, false);
    if (!before) return std::realloc(block, size);
    void *other = cch::take(size);
    if (!other) return nullptr;
    std::memcpy(other, block, before < size ? before : size);
    cch::give_back(block);
    return other;
}

}  // namespace

namespace cch {

void *take(size_t size, bool zeroed) {
    if (void *block = take_mapped(size)) return block;  // a new file is zero
    return zeroed ? std::calloc(size, 1) : std::malloc(size);
}

void give_back(void *block) {
    if (size_t size = mapped_size(block, true)) without_python([&] { unmap(block, size); });
    else std::free(block);
}

}  // namespace cch

extern "C" {

// How Python's lock is let go; without this it is kept.
void cch_know_lock(int (*holds)(), void *(*let_go)(), void (*take)(void *)) {
    Files &f = files();
    std::lock_guard<std::mutex> held(f.lock);
    f.python = {holds, let_go, take};
}

// From now on blocks of at least so many bytes are mapped files of a folder, as long as its disk has more than some
// bytes to spare; until as often ended as begun.
void cch_begin_mapping(const char *folder, int64_t at_least, int64_t spare) {
    Files &f = files();
    std::lock_guard<std::mutex> held(f.lock);
    f.users.push_back({folder, (size_t)at_least, (size_t)spare});
}

void cch_end_mapping() {
    Files &f = files();
    std::lock_guard<std::mutex> held(f.lock);
    f.users.pop_back();
}

// What numpy is to allocate by: its `PyDataMem_Handler`.
struct {
    char name[127];
    uint8_t version;
    void *context;
    void *(*take)(void *, size_t);
    void *(*take_zeroed)(void *, size_t, size_t);
    void *(*change)(void *, void *, size_t);
    void (*give_back)(void *, void *, size_t);
} cch_numpy_memory = {"xiaogao_mapped", 1,      nullptr, numpy_take, numpy_take_zeroed,
                      numpy_change,     numpy_give_back};
}
