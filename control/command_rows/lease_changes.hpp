// The rows of commands that change leases, or make something of all of them.
#pragma once

#include <array>
#include <cstdint>

#include "control/command_rows/leases.hpp"
#include "control/command_rows/row.hpp"
#include "control/commands.hpp"
#include "lease_backends/lease_columns.hpp"

namespace leasehold::command_rows {

inline constexpr std::array lease_type_words{Words{"IA_NA"}, Words{"IA_PD"}};
inline constexpr std::array reconfigure_words{Words{"renew"}, Words{"rebind"}, Words{"information-request"}};
inline constexpr std::array reclaim_arguments{
    ArgumentDef{"remove", boolean, required,
                "true: expired leases go at once; false: they are kept for their clients"},
};
inline constexpr std::array deletion_argument{
    ArgumentDef{"update-ddns", ArgumentType::boolean, optional,
                "true: its names go from the DNS too; this version sends no updates, and says so"},
};
inline constexpr auto lease_del_arguments = join(lease_get_arguments, deletion_argument);
inline constexpr auto lease6_del_arguments = join(lease6_get_arguments, deletion_argument);
inline constexpr std::array lease_key_arguments{
    ArgumentDef{"ip-address", text, required, "the lease's address"},
    ArgumentDef{"hw-address", text, required, "of its client, such as 1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"client-id", text, optional, "of its client, such as 01:1a:2b:3c:4d:5e:6f"},
};
inline constexpr std::array lease6_key_arguments{
    ArgumentDef{"ip-address", text, required, "the lease's address, or its prefix without the length"},
    ArgumentDef{"duid", text, required, "of its client, such as 00:03:00:01:1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"iaid", integer, required, "number of the client's identity association", 0, seconds_max},
    one_of(lease_type_words,
           ArgumentDef{"type", text, optional, "\"IA_NA\" (usual), an address, or \"IA_PD\", a delegated prefix"}),
    ArgumentDef{"prefix-len", integer, optional, "of a prefix; needed for one", 1, 128},
    ArgumentDef{"hw-address", text, optional, "of its client, such as 1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"preferred-lft", integer, optional, "seconds; else the subnet's valid lifetime", 0, seconds_max},
};
inline constexpr std::array lease_value_arguments{
    ArgumentDef{"subnet-id", integer, optional,
                "the lease's subnet; 0 or left out: the first that has the address (a prefix needs it)", 0,
                seconds_max},
    ArgumentDef{"pool-id", integer, optional, "else that of the pool which has the address", 0, seconds_max},
    ArgumentDef{"valid-lft", integer, optional, "seconds, 4294967295 is for ever; else the subnet's", 0, seconds_max},
    ArgumentDef{"expire", integer, optional,
                "its end in seconds since 1970, from which its beginning follows; else it begins now", 1,
                static_cast<std::int64_t>(lease_time_max)},
    ArgumentDef{"state", integer, optional,
                "0 assigned (usual), 1 declined, 2 expired-reclaimed, 3 released, 4 registered (DHCPv6)", 0, 4},
    ArgumentDef{"hostname", text, optional, "of its client; kept in lower case"},
    ArgumentDef{"fqdn-fwd", ArgumentType::boolean, optional, "its address is in the DNS under this name"},
    ArgumentDef{"fqdn-rev", ArgumentType::boolean, optional, "its name is in the DNS under this address"},
    ArgumentDef{"user-context", map, optional, "a map; what the server noted in it itself stays where it is not given"},
    ArgumentDef{"comment", text, optional, "becomes a member of the user context"},
    ArgumentDef{"origin", text_or_integer, optional, "who says so; makes no difference", 0, seconds_max},
};
inline constexpr std::array force_create_argument{
    ArgumentDef{"force-create", ArgumentType::boolean, optional, "true: a lease that is not there is added"},
};
inline constexpr auto lease_add_arguments = join(lease_key_arguments, lease_value_arguments);
inline constexpr auto lease6_add_arguments = join(lease6_key_arguments, lease_value_arguments);
inline constexpr auto lease_update_arguments = join(lease_add_arguments, force_create_argument);
inline constexpr auto lease6_update_arguments = join(lease6_add_arguments, force_create_argument);
inline constexpr std::array bulk_apply_arguments{
    ArgumentDef{"deleted-leases", list, optional, "a list of maps, each with the arguments of lease6-del"},
    ArgumentDef{"leases", list, optional, "a list of maps, each with the arguments of lease6-add; what is there is updated"},
};
inline constexpr std::array wipe_arguments{
    ArgumentDef{"subnet-id", integer, optional, "the subnet whose leases go; 0 or left out: all that are configured",
                0, seconds_max},
};
inline constexpr std::array lease_write_arguments{
    ArgumentDef{"filename", text, required, "a file in the data directory that ends in .csv; it is replaced"},
};
inline constexpr std::array resend_arguments{
    ArgumentDef{"ip-address", text, required, "the lease's address"},
};
inline constexpr std::array reconfigure_arguments{
    ArgumentDef{"duid", text, optional, "this client; or one of the next two"},
    ArgumentDef{"subnet-id", integer, optional, "all clients of this subnet", 1, seconds_max},
    ArgumentDef{"all", boolean, optional, "true: all clients"},
    one_of(reconfigure_words,
           ArgumentDef{"message", text, optional,
                       "what they are to send: \"renew\" (usual), \"rebind\" or \"information-request\""}),
};

inline constexpr std::array lease_changes{
    CommandDef{"kea-lfc-start", Access::write, none, lfc_start,
               "cleans the lease file up, where there is one that needs it"},
    only(v4, CommandDef{"lease4-add", Access::write, lease_add_arguments, lease_add,
                        "adds a lease"}),
    only(v4, CommandDef{"lease4-del", Access::write, lease_del_arguments, lease_del,
                        "deletes the lease of an address, or of a client in a subnet"}),
    only(v4, CommandDef{"lease4-resend-ddns", Access::write, resend_arguments, lease_resend_ddns,
                        "tells the DDNS daemon of a lease again; this version sends no updates, and says so"}),
    only(v4, CommandDef{"lease4-update", Access::write, lease_update_arguments, lease_update,
                        "changes a lease; what is not given is as in lease4-add"}),
    only(v4, CommandDef{"lease4-wipe", Access::write, wipe_arguments, lease_wipe,
                        "deletes all leases of a subnet, or of all subnets"}),
    only(v4, CommandDef{"lease4-write", Access::write, lease_write_arguments, lease_write,
                        "writes all leases to a file that Kea reads"}),
    only(v6, CommandDef{"lease6-add", Access::write, lease6_add_arguments, lease_add,
                        "adds a lease"}),
    only(v6, CommandDef{"lease6-bulk-apply", Access::write, bulk_apply_arguments, lease_bulk_apply,
                        "deletes leases, then adds or updates others"}),
    only(v6, CommandDef{"lease6-del", Access::write, lease6_del_arguments, lease_del,
                        "deletes the lease of an address, or of a client in a subnet"}),
    only(v6, CommandDef{"lease6-resend-ddns", Access::write, resend_arguments, lease_resend_ddns,
                        "tells the DDNS daemon of a lease again; this version sends no updates, and says so"}),
    only(v6, CommandDef{"lease6-update", Access::write, lease6_update_arguments, lease_update,
                        "changes a lease; what is not given is as in lease6-add"}),
    only(v6, CommandDef{"lease6-wipe", Access::write, wipe_arguments, lease_wipe,
                        "deletes all leases of a subnet, or of all subnets"}),
    only(v6, CommandDef{"lease6-write", Access::write, lease_write_arguments, lease_write,
                        "writes all leases to a file that Kea reads"}),
    CommandDef{"leases-reclaim", Access::write, reclaim_arguments, leases_reclaim,
               "cleans expired leases up now"},
    only(v6, CommandDef{"reconfigure6", Access::write, reconfigure_arguments, reconfigure6,
                        "makes clients renew now (RECONFIGURE, RFC 8415 18.3.11)"}),
};

}  // namespace leasehold::command_rows
