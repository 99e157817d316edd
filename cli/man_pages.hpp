// The manual pages, made from the tables that the program itself goes by: its command line, the keys of a
// configuration, its commands and exit statuses. `leasehold docs man8` prints one, the build makes them all.
#pragma once

#include <string>
#include <string_view>

namespace leasehold {

/// "man8" is leasehold(8), "man5" leasehold.conf(5), "man1" leasehold-ctl(1).
bool is_man_page(std::string_view page);

/// In the language of groff's and mandoc's `man` macros, plain ASCII. Its date is SOURCE_DATE_EPOCH (seconds since 1970),
/// where the environment has one, else today.
/// @pre is_man_page(page)
std::string man_page(std::string_view page);

}  // namespace leasehold
