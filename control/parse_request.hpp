// The text of a command as a value: a short one at once, a long one on the side thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "config/dialect.hpp"
#include "control/side_thread.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// `then` is called once, on the loop, with the value or with what is wrong with the text.
/// @param on_loop_max  octets; longer texts are parsed on the side thread
/// @param owner        of `text`; held until then
void parse_request(SideThread& side, std::size_t on_loop_max, std::shared_ptr<const void> owner,
                   std::string_view text, std::function<void(Result<config::Value, std::string>)> then);

}  // namespace leasehold
