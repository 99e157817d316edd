// For tables whose rows belong to the servers of one family, or of both.
#pragma once

#include <cstdint>

#include "dhcp/address.hpp"

namespace leasehold {

enum class Families : std::uint8_t { v4, v6, both };

constexpr bool includes(Families families, Family family) {
    return families == Families::both || (families == Families::v6) == (family == Family::v6);
}

}  // namespace leasehold
