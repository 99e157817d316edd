// What the product says about itself, to people and to tools.
#pragma once

#include <string>
#include <string_view>

namespace leasehold {

/// Of this product.
inline constexpr std::string_view product_version = LEASEHOLD_VERSION;
/// The Kea release whose configuration, commands and messages this server answers: tools decide by it which
/// commands they may send, so version-get and the kea- names say this one.
inline constexpr std::string_view kea_interface_version = "3.3.1";

/// "3.3.1 (Leasehold 0.1.0)"
std::string extended_version();
/// Versions of the compiler and the libraries, a line each.
std::string build_report();

}  // namespace leasehold
