// Client classes as numbers: every name that a configuration mentions has one, so that a packet's membership
// is a small set and a guard is a look-up. What puts a packet into a class: classify.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leasehold {

using ClassId = std::uint16_t;

/// The built-in ones; those of the configuration follow.
namespace class_id {
inline constexpr ClassId all = 0, known = 1, unknown = 2, bootp = 3, drop = 4, skip_ddns = 5;
}

/// Names that the configuration mentions: defined, tested, guarded by, or tagged with. A class that is made
/// from a packet (VENDOR_CLASS_x, SPAWN_x_y) and has no number here has no effect on anything.
class ClassNames {
public:
    /// With the built-in names.
    ClassNames();
    ClassId intern(std::string_view name);
    std::optional<ClassId> find(std::string_view name) const;
    std::string_view name(ClassId id) const { return names_[id]; }
    std::size_t size() const { return names_.size(); }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::vector<std::string> names_;
    boost::unordered_flat_map<std::string, ClassId, Hash, std::equal_to<>> ids_;
};

/// A character that stands as it is in the name of a class that is made from a packet. Others, '%' too, come
/// out escaped there.
bool is_plain_in_class_name(char c);

/// The classes of one packet, in the order in which it got them: options of the first go before those of the
/// later ones. Allocates nothing while there are few.
class ClassSet {
public:
    /// A class is added once; later additions change nothing.
    void add(ClassId id);
    bool has(ClassId id) const;
    std::span<const ClassId> all() const { return {order_.data(), order_.size()}; }

private:
    boost::container::small_vector<ClassId, 16> order_;
    boost::container::small_vector<std::uint64_t, 4> bits_;
};

/// `client-classes` of a network, subnet, pool or option: any of them will do; none listed: everybody.
using ClassGuard = std::vector<ClassId>;
bool admits(const ClassGuard& guard, const ClassSet& classes);

}  // namespace leasehold
