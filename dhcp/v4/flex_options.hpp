// Options of a reply that expressions change after all scopes had their say (Kea's flex_option library). Not
// here: how the configuration's text becomes FlexOption.
#pragma once

#include "dhcp/v4/reply_options.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

/// Each entry in its order: add (unless the reply has the option), supersede, remove (when the expression is
/// true), then its sub-options the same way within the option, or within a vendor's 125. An entry for another
/// class does nothing; nor does one whose expression cannot be evaluated, gives nothing, or gives what its
/// text form does not allow. 53, 54 and 82 are what makes a reply one: they are never changed (Kea lets them
/// be).
void apply_flex_options(const Request& request, const ReplyScopes& scopes, ReplyOptions& options);

}  // namespace leasehold::v4
