// Memory of what comes and goes with every packet, kept for the next one: no allocation on the way of a packet. For
// single objects, above all the nodes of maps; not for arrays that grow.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

namespace leasehold {

/// An allocator for standard containers. Each thread keeps the places of its own single objects, by type, until it
/// ends; more than `spares_max` of a type are given back, as are several objects at once.
template <class T>
class RecyclingAllocator {
public:
#ifdef __SANITIZE_ADDRESS__
    static constexpr std::size_t spares_max = 0;  // so that a use after free is found
#else
    static constexpr std::size_t spares_max = 4096;
#endif
    using value_type = T;

    RecyclingAllocator() = default;
    template <class Other>
    RecyclingAllocator(const RecyclingAllocator<Other>&) noexcept {}
    bool operator==(const RecyclingAllocator&) const = default;

    T* allocate(std::size_t count) {
        auto& places = spares();
        if (count == 1 && places.first != nullptr) return places.take();
        return std::allocator<T>{}.allocate(count);
    }
    void deallocate(T* place, std::size_t count) noexcept {
        auto& places = spares();
        if (count == 1 && places.count < spares_max) return places.keep(place);
        std::allocator<T>{}.deallocate(place, count);
    }

private:
    struct Spare {
        Spare* next;
    };
    /// A list through the places themselves.
    struct Spares {
        Spare* first = nullptr;
        std::size_t count = 0;

        ~Spares() {
            while (first != nullptr) std::allocator<T>{}.deallocate(take(), 1);
            count = spares_max;  // what is freed after the end of the thread's life is not kept
        }
        T* take() noexcept {
            Spare* const taken = std::exchange(first, first->next);
            --count;
            return reinterpret_cast<T*>(taken);
        }
        void keep(T* place) noexcept {
            first = ::new (static_cast<void*>(place)) Spare{first};
            ++count;
        }
    };
    static Spares& spares() {
        static_assert(sizeof(T) >= sizeof(Spare) && alignof(T) >= alignof(Spare));
        thread_local Spares places;
        return places;
    }
};

template <class Key, class Value>
using RecyclingMap = std::unordered_map<Key, Value, std::hash<Key>, std::equal_to<Key>,
                                        RecyclingAllocator<std::pair<const Key, Value>>>;

}  // namespace leasehold
