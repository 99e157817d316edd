// The rows of commands that read leases.
#pragma once

#include <array>
#include <cstdint>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::int64_t lease_events_max = 1000;

inline constexpr std::array lease4_identifier_words{Words{"hw-address"}, Words{"client-id"}};
inline constexpr std::array lease6_identifier_words{Words{"duid"}};
inline constexpr std::array lease_type_or_number_words{Words{"IA_NA"}, Words{"0"}, Words{"IA_PD"}, Words{"2"}};
inline constexpr std::array lease_get_arguments{
    ArgumentDef{"ip-address", text, optional, "the lease's address; without it the other three are needed"},
    one_of(lease4_identifier_words,
           ArgumentDef{"identifier-type", text, optional, "\"hw-address\" or \"client-id\""}),
    ArgumentDef{"identifier", text, optional, "octets in hexadecimal, such as 1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"subnet-id", integer, optional, "the subnet in which the client is looked for", 1,
                seconds_max},
};
inline constexpr auto type_argument =
    one_of(lease_type_or_number_words,
           ArgumentDef{"type", text, optional, "\"IA_NA\" (usual), an address, or \"IA_PD\", a delegated prefix"});
inline constexpr std::array lease6_get_arguments{
    ArgumentDef{"ip-address", text, optional, "the lease's address, or its prefix without the length"},
    type_argument,
    ArgumentDef{"prefix-len", integer, optional, "of a prefix; else the first with this address", 1, 128},
    one_of(lease6_identifier_words, ArgumentDef{"identifier-type", text, optional, "\"duid\""}),
    ArgumentDef{"identifier", text, optional,
                "the client's DUID in hexadecimal, such as 00:03:00:01:1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"iaid", integer, optional, "number of the identity association (0)", 0, seconds_max},
    ArgumentDef{"subnet-id", integer, optional, "the subnet in which the client is looked for", 1,
                seconds_max},
};
inline constexpr std::array lease_state_words{Words{"assigned"}, Words{"default"}, Words{"declined"},
                                              Words{"expired-reclaimed"}, Words{"released"}, Words{"registered"}};
inline constexpr std::array duid_argument{
    ArgumentDef{"duid", text, required, "octets in hexadecimal, such as 00:03:00:01:1a:2b:3c:4d:5e:6f"},
};
inline constexpr std::array lease_get_all_arguments{
    ArgumentDef{"subnets", integers, optional, "ids of the subnets whose leases are wanted; else all", 1,
                seconds_max},
};
inline constexpr std::array lease_get_page_arguments{
    ArgumentDef{"from", text, required, "\"start\", or the address after which the page begins"},
    ArgumentDef{"limit", integer, required, "how many leases at most", 1, seconds_max},
};
inline constexpr std::array lease_events_arguments{
    ArgumentDef{"since", text, optional, "\"next\" of the answer before; without it, only where to begin is told"},
    ArgumentDef{"limit", integer, optional, "how many events at most (100)", 1, lease_events_max},
};
inline constexpr std::array hw_address_argument{
    ArgumentDef{"hw-address", text, required, "octets in hexadecimal, such as 1a:2b:3c:4d:5e:6f"},
};
inline constexpr std::array client_id_argument{
    ArgumentDef{"client-id", text, required, "octets in hexadecimal, such as 01:1a:2b:3c:4d:5e:6f"},
};
inline constexpr std::array state_arguments{
    one_of(lease_state_words,
           ArgumentDef{"state", text_or_integer, required,
                       "assigned (or default), declined, expired-reclaimed, released, registered, or its number", 0, 4}),
    ArgumentDef{"subnet-id", integer, optional, "only leases of this subnet; 0 is all", 0, seconds_max},
};

inline constexpr std::array leases{
    CommandDef{"lease-events-get", Access::read, lease_events_arguments, lease_events_get,
               "what became of leases since an earlier answer, and how many events were lost; never waits"},
    only(v4, CommandDef{"lease4-get", Access::read, lease_get_arguments, lease_get,
                        "the lease of an address, or of a client in a subnet"}),
    only(v4, CommandDef{"lease4-get-all", Access::read, lease_get_all_arguments, lease_get_all,
                        "all leases, or those of subnets"}),
    only(v4, CommandDef{"lease4-get-by-client-id", Access::read, client_id_argument, lease_get_by_client_id,
                        "the leases of a client identifier"}),
    only(v4, CommandDef{"lease4-get-by-hostname", Access::read, hostname_argument, lease_get_by_hostname,
                        "the leases with a host name"}),
    only(v4, CommandDef{"lease4-get-by-hw-address", Access::read, hw_address_argument,
                        lease_get_by_hw_address, "the leases of a hardware address"}),
    only(v4, CommandDef{"lease4-get-by-state", Access::read, state_arguments, lease_get_by_state,
                        "the leases in a state"}),
    only(v4, CommandDef{"lease4-get-page", Access::read, lease_get_page_arguments, lease_get_page,
                        "the next leases in order of address"}),
    only(v6, CommandDef{"lease6-get", Access::read, lease6_get_arguments, lease_get,
                        "the lease of an address or a prefix, or of a client in a subnet"}),
    only(v6, CommandDef{"lease6-get-all", Access::read, lease_get_all_arguments, lease_get_all,
                        "all leases, or those of subnets"}),
    only(v6, CommandDef{"lease6-get-by-duid", Access::read, duid_argument, lease_get_by_client_id,
                        "the leases of a DUID"}),
    only(v6, CommandDef{"lease6-get-by-hostname", Access::read, hostname_argument, lease_get_by_hostname,
                        "the leases with a host name"}),
    only(v6, CommandDef{"lease6-get-by-hw-address", Access::read, hw_address_argument,
                        lease_get_by_hw_address, "the leases of a hardware address"}),
    only(v6, CommandDef{"lease6-get-by-state", Access::read, state_arguments, lease_get_by_state,
                        "the leases in a state"}),
    only(v6, CommandDef{"lease6-get-page", Access::read, lease_get_page_arguments, lease_get_page,
                        "the next leases in order of address"}),
};

}  // namespace leasehold::command_rows
