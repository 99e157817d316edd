#include "control/command_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "control/absent_commands.hpp"
#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"
#include "dhcp/log.hpp"
#include "dhcp/statistics.hpp"
#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

using enum ArgumentType;
constexpr bool required = true, optional = false;
constexpr std::int64_t lease_events_max = 1000;
constexpr std::int64_t seconds_max = std::numeric_limits<std::uint32_t>::max();

constexpr ArgumentDef only(Families families, ArgumentDef argument) {
    argument.families = families;
    return argument;
}
constexpr CommandDef only(Families families, CommandDef command) {
    command.families = families;
    return command;
}
constexpr auto v4 = Families::v4, v6 = Families::v6;

/// Nothing but its arguments.
constexpr CommandDef closed(CommandDef command) {
    command.closed = true;
    return command;
}
constexpr ArgumentDef one_of(std::span<const std::string_view> words, ArgumentDef argument) {
    argument.words = words;
    return argument;
}
using Words = std::string_view;
constexpr std::array origin_words{Words{"user"}, Words{"ha-partner"}};
constexpr std::array lease4_identifier_words{Words{"hw-address"}, Words{"client-id"}};
constexpr std::array lease6_identifier_words{Words{"duid"}};
constexpr std::array lease_type_words{Words{"IA_NA"}, Words{"IA_PD"}};
constexpr std::array lease_type_or_number_words{Words{"IA_NA"}, Words{"0"}, Words{"IA_PD"}, Words{"2"}};
constexpr std::array reconfigure_words{Words{"renew"}, Words{"rebind"}, Words{"information-request"}};
constexpr std::array target_words{Words{"default"}, Words{"memory"}, Words{"database"}, Words{"all"}};
constexpr std::array host_identifier_words{Words{"hw-address"}, Words{"duid"}, Words{"circuit-id"},
                                           Words{"client-id"}, Words{"flex-id"}};
constexpr std::array subnets_action_words{Words{"keep"}, Words{"delete"}};
constexpr std::array lease_state_words{Words{"assigned"}, Words{"default"},  Words{"declined"},
                                       Words{"expired-reclaimed"}, Words{"released"}, Words{"registered"}};

template <std::size_t A, std::size_t B>
constexpr std::array<ArgumentDef, A + B> join(const std::array<ArgumentDef, A>& a,
                                              const std::array<ArgumentDef, B>& b) {
    std::array<ArgumentDef, A + B> all;
    std::ranges::copy(a, all.begin());
    std::ranges::copy(b, all.begin() + A);
    return all;
}

constexpr std::array configuration_argument{
    only(v4, ArgumentDef{"Dhcp4", map, required, "the whole configuration, and nothing beside it"}),
    only(v6, ArgumentDef{"Dhcp6", map, required, "the whole configuration, and nothing beside it"}),
};
constexpr std::array config_test_arguments{
    only(v4, ArgumentDef{"Dhcp4", map, required, "the whole configuration"}),
    only(v6, ArgumentDef{"Dhcp6", map, required, "the whole configuration"}),
    ArgumentDef{"connect", ArgumentType::boolean, false,
                "true: its lease database is opened too, and closed again"},
};
constexpr std::array config_write_arguments{
    ArgumentDef{"filename", text, optional,
                "a file in the directory of the configuration file; else that file"},
};
constexpr std::array interface_add_arguments{
    ArgumentDef{"interfaces", list, required, "a list of names, as in interfaces-config; nothing beside it"},
};
constexpr std::array shutdown_arguments{
    ArgumentDef{"exit-value", integer, optional, "the exit status of the process", 0, 255},
};
constexpr std::array disable_arguments{
    ArgumentDef{"max-period", integer, optional, "seconds after which service resumes by itself", 1,
                seconds_max},
    one_of(origin_words, ArgumentDef{"origin", text_or_integer, optional,
                                     "who says so: \"user\" (usual), \"ha-partner\", or a number", 1, seconds_max}),
    ArgumentDef{"origin-id", integer, optional, "who says so, as a number; comes before origin", 1,
                seconds_max},
};
constexpr std::array enable_arguments{
    one_of(origin_words,
           ArgumentDef{"origin", text_or_integer, optional,
                       "whose dhcp-disable ends: \"user\" (usual), \"ha-partner\", or a number", 1, seconds_max}),
    ArgumentDef{"origin-id", integer, optional, "the same as a number; comes before origin", 1, seconds_max},
};
constexpr std::array reclaim_arguments{
    ArgumentDef{"remove", boolean, required,
                "true: expired leases go at once; false: they are kept for their clients"},
};
constexpr std::array lease_get_arguments{
    ArgumentDef{"ip-address", text, optional, "the lease's address; without it the other three are needed"},
    one_of(lease4_identifier_words,
           ArgumentDef{"identifier-type", text, optional, "\"hw-address\" or \"client-id\""}),
    ArgumentDef{"identifier", text, optional, "octets in hexadecimal, such as 1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"subnet-id", integer, optional, "the subnet in which the client is looked for", 1,
                seconds_max},
};
constexpr auto type_argument =
    one_of(lease_type_or_number_words,
           ArgumentDef{"type", text, optional, "\"IA_NA\" (usual), an address, or \"IA_PD\", a delegated prefix"});
constexpr std::array lease6_get_arguments{
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
constexpr std::array deletion_argument{
    ArgumentDef{"update-ddns", ArgumentType::boolean, optional,
                "true: its names go from the DNS too; this version sends no updates, and says so"},
};
constexpr auto lease_del_arguments = join(lease_get_arguments, deletion_argument);
constexpr auto lease6_del_arguments = join(lease6_get_arguments, deletion_argument);
constexpr std::array lease_key_arguments{
    ArgumentDef{"ip-address", text, required, "the lease's address"},
    ArgumentDef{"hw-address", text, required, "of its client, such as 1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"client-id", text, optional, "of its client, such as 01:1a:2b:3c:4d:5e:6f"},
};
constexpr std::array lease6_key_arguments{
    ArgumentDef{"ip-address", text, required, "the lease's address, or its prefix without the length"},
    ArgumentDef{"duid", text, required, "of its client, such as 00:03:00:01:1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"iaid", integer, required, "number of the client's identity association", 0, seconds_max},
    one_of(lease_type_words,
           ArgumentDef{"type", text, optional, "\"IA_NA\" (usual), an address, or \"IA_PD\", a delegated prefix"}),
    ArgumentDef{"prefix-len", integer, optional, "of a prefix; needed for one", 1, 128},
    ArgumentDef{"hw-address", text, optional, "of its client, such as 1a:2b:3c:4d:5e:6f"},
    ArgumentDef{"preferred-lft", integer, optional, "seconds; else the subnet's valid lifetime", 0, seconds_max},
};
constexpr std::array lease_value_arguments{
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
constexpr std::array force_create_argument{
    ArgumentDef{"force-create", ArgumentType::boolean, optional, "true: a lease that is not there is added"},
};
constexpr auto lease_add_arguments = join(lease_key_arguments, lease_value_arguments);
constexpr auto lease6_add_arguments = join(lease6_key_arguments, lease_value_arguments);
constexpr auto lease_update_arguments = join(lease_add_arguments, force_create_argument);
constexpr auto lease6_update_arguments = join(lease6_add_arguments, force_create_argument);
constexpr std::array bulk_apply_arguments{
    ArgumentDef{"deleted-leases", list, optional, "a list of maps, each with the arguments of lease6-del"},
    ArgumentDef{"leases", list, optional, "a list of maps, each with the arguments of lease6-add; what is there is updated"},
};
constexpr std::array wipe_arguments{
    ArgumentDef{"subnet-id", integer, optional, "the subnet whose leases go; 0 or left out: all that are configured",
                0, seconds_max},
};
constexpr std::array lease_write_arguments{
    ArgumentDef{"filename", text, required, "a file in the data directory that ends in .csv; it is replaced"},
};
constexpr std::array resend_arguments{
    ArgumentDef{"ip-address", text, required, "the lease's address"},
};
constexpr std::array duid_argument{
    ArgumentDef{"duid", text, required, "octets in hexadecimal, such as 00:03:00:01:1a:2b:3c:4d:5e:6f"},
};
constexpr std::array reconfigure_arguments{
    ArgumentDef{"duid", text, optional, "this client; or one of the next two"},
    ArgumentDef{"subnet-id", integer, optional, "all clients of this subnet", 1, seconds_max},
    ArgumentDef{"all", boolean, optional, "true: all clients"},
    one_of(reconfigure_words,
           ArgumentDef{"message", text, optional,
                       "what they are to send: \"renew\" (usual), \"rebind\" or \"information-request\""}),
};
constexpr std::array lease_statistic_arguments{
    ArgumentDef{"subnet-id", integer, optional, "the subnet that is asked for; else all", 1, seconds_max},
    ArgumentDef{"subnet-range", map, optional,
                "\"first-subnet-id\" and \"last-subnet-id\": these and those between them"},
};
constexpr std::array lease_get_all_arguments{
    ArgumentDef{"subnets", integers, optional, "ids of the subnets whose leases are wanted; else all", 1,
                seconds_max},
};
constexpr std::array lease_get_page_arguments{
    ArgumentDef{"from", text, required, "\"start\", or the address after which the page begins"},
    ArgumentDef{"limit", integer, required, "how many leases at most", 1, seconds_max},
};
constexpr std::array lease_events_arguments{
    ArgumentDef{"since", text, optional, "\"next\" of the answer before; without it, only where to begin is told"},
    ArgumentDef{"limit", integer, optional, "how many events at most (100)", 1, lease_events_max},
};
constexpr std::array hw_address_argument{
    ArgumentDef{"hw-address", text, required, "octets in hexadecimal, such as 1a:2b:3c:4d:5e:6f"},
};
constexpr std::array client_id_argument{
    ArgumentDef{"client-id", text, required, "octets in hexadecimal, such as 01:1a:2b:3c:4d:5e:6f"},
};
constexpr std::array hostname_argument{
    ArgumentDef{"hostname", text, required, "the whole name; upper and lower case are the same"},
};
constexpr std::array state_arguments{
    one_of(lease_state_words,
           ArgumentDef{"state", text_or_integer, required,
                       "assigned (or default), declined, expired-reclaimed, released, registered, or its number", 0, 4}),
    ArgumentDef{"subnet-id", integer, optional, "only leases of this subnet; 0 is all", 0, seconds_max},
};
constexpr std::array target_argument{
    one_of(target_words,
           ArgumentDef{"operation-target", text, optional,
                       "\"default\" or \"memory\": the configuration in use; \"database\" there is none of, and \"all\" "
                       "is both"}),
};
constexpr std::array host_argument{
    ArgumentDef{"reservation", map, required,
                "a map as in \"reservations\" of the configuration, and \"subnet-id\", 0 for a global one"},
};
constexpr auto host_put_arguments = join(host_argument, target_argument);
constexpr std::array host_identifier_arguments{
    one_of(host_identifier_words,
           ArgumentDef{"identifier-type", text, required,
                       "\"hw-address\", \"duid\", \"circuit-id\", \"client-id\" or \"flex-id\""}),
    ArgumentDef{"identifier", text, required, "octets in hexadecimal, or text in single quotes"},
};
constexpr auto host_by_id_arguments = join(host_identifier_arguments, target_argument);
constexpr std::array host_selector{
    ArgumentDef{"subnet-id", integer, optional, "needed: the subnet, or 0 for the global reservations", 0,
                seconds_max},
    ArgumentDef{"ip-address", text, optional,
                "an address, or that of a prefix, which is kept for the host; without it the next two are needed"},
    one_of(host_identifier_words,
           ArgumentDef{"identifier-type", text, optional,
                       "\"hw-address\", \"duid\", \"circuit-id\", \"client-id\" or \"flex-id\""}),
    ArgumentDef{"identifier", text, optional, "octets in hexadecimal, or text in single quotes"},
};
constexpr auto host_selector_arguments = join(host_selector, target_argument);
constexpr std::array host_subnet_required{
    ArgumentDef{"subnet-id", integer, required, "the subnet, or 0 for the global reservations", 0, seconds_max},
};
constexpr auto host_get_all_arguments = join(host_subnet_required, target_argument);
constexpr std::array host_subnet_optional{
    ArgumentDef{"subnet-id", integer, optional, "only this subnet's, 0: only global ones; else all", 0,
                seconds_max},
};
constexpr auto host_by_hostname_arguments = join(join(hostname_argument, host_subnet_optional), target_argument);
constexpr std::array kept_address_argument{
    ArgumentDef{"ip-address", text, required, "an address, or that of a prefix, which is kept for hosts"},
};
constexpr auto host_by_address_arguments =
    join(join(kept_address_argument, host_subnet_optional), target_argument);
constexpr std::array host_page{
    ArgumentDef{"limit", integer, required, "how many reservations at most", 1, seconds_max},
    ArgumentDef{"from", integer, optional, "\"from\" in \"next\" of the page before; 0, the first page", 0,
                std::numeric_limits<std::int64_t>::max()},
    ArgumentDef{"source-index", integer, optional, "\"source-index\" in \"next\" of the page before; 0", 0,
                seconds_max},
};
constexpr auto host_page_arguments = join(host_page, host_subnet_optional);
constexpr std::array subnet_argument{
    only(v4, ArgumentDef{"subnet4", list, required, "a list of one map, and nothing beside it"}),
    only(v6, ArgumentDef{"subnet6", list, required, "a list of one map, and nothing beside it"}),
};
constexpr std::array subnet_get_arguments{
    ArgumentDef{"id", integer, optional, "the subnet's number, or the next one", 1, seconds_max},
    ArgumentDef{"subnet", text, optional, "the subnet's prefix, such as 192.0.2.0/24"},
};
constexpr std::array subnet_del_arguments{
    ArgumentDef{"id", integer, required, "the subnet's number, and nothing beside it", 1, seconds_max},
};
constexpr std::array network_argument{
    ArgumentDef{"shared-networks", list, required, "a list of one map, which may hold subnets"},
};
constexpr std::array network_name_argument{
    ArgumentDef{"name", text, required, "of the shared network"},
};
constexpr std::array network_del_arguments{
    ArgumentDef{"name", text, required, "of the shared network"},
    one_of(subnets_action_words,
           ArgumentDef{"subnets-action", text, optional,
                       "\"keep\" (usual): its subnets stay, in no network; \"delete\": they go too"}),
};
constexpr std::array network_subnet_arguments{
    ArgumentDef{"name", text, required, "of the shared network"},
    ArgumentDef{"id", integer, required, "the subnet's number", 1, seconds_max},
};
constexpr std::array class_argument{
    ArgumentDef{"client-classes", list, required, "a list of one map, and nothing beside it"},
};
constexpr std::array class_name_argument{
    ArgumentDef{"name", text, required, "of the class"},
};
constexpr std::array select_arguments{
    ArgumentDef{"interface", text, optional, "the name of the interface that it comes in on"},
    ArgumentDef{"address", text, optional, "the address that the client has (ciaddr)"},
    ArgumentDef{"relay", text, optional, "the address of a relay (giaddr)"},
    ArgumentDef{"local", text, optional, "the address of this server that it comes in on; else the first of the interface"},
    ArgumentDef{"remote", text, optional, "the address that it comes from"},
    ArgumentDef{"link", text, optional, "the link that a relay names"},
    ArgumentDef{"subnet", text, optional, "the subnet that the client selects (RFC 3011)"},
    ArgumentDef{"classes", list, optional, "a list of the client classes that it is in"},
};
constexpr std::array select4o6_arguments{
    ArgumentDef{"interface", text, optional, "the name of the interface that it comes in on"},
    ArgumentDef{"interface-id", text, optional, "the option of this name that a relay adds"},
    ArgumentDef{"remote", text, optional, "the address that it comes from"},
    ArgumentDef{"link", text, optional, "the link that a relay names"},
    ArgumentDef{"classes", list, optional, "a list of the client classes that it is in"},
};
constexpr std::array select6_arguments{
    ArgumentDef{"interface", text, optional, "the name of the interface that it comes in on"},
    ArgumentDef{"interface-id", text, optional, "the option of this name that a relay adds"},
    ArgumentDef{"local", text, optional, "the address of this server that it comes in on; else the first of the interface"},
    ArgumentDef{"remote", text, optional, "the address that it comes from"},
    ArgumentDef{"link", text, optional, "the link that a relay names"},
    ArgumentDef{"classes", list, optional, "a list of the client classes that it is in"},
};
constexpr std::array statistic_name{
    ArgumentDef{"name", text, required, "of the statistic, such as subnet[1].assigned-addresses"},
};
constexpr std::array statistic_age{
    ArgumentDef{"name", text, required, "of the statistic"},
    ArgumentDef{"duration", integer, required, "seconds for which samples are kept", 1, seconds_max},
};
constexpr std::array statistic_age_all{
    ArgumentDef{"duration", integer, required, "seconds for which samples are kept", 1, seconds_max},
};
constexpr std::array statistic_count{
    ArgumentDef{"name", text, required, "of the statistic"},
    ArgumentDef{"max-samples", integer, required, "how many samples are kept", 1, sample_count_max},
};
constexpr std::array statistic_count_all{
    ArgumentDef{"max-samples", integer, required, "how many samples are kept", 1, sample_count_max},
};
constexpr std::span<const ArgumentDef> none;

constexpr std::array table{
    CommandDef{"build-report", Access::read, none, build_report_get, "how this binary was built"},
    closed(CommandDef{"class-add", Access::write, class_argument, class_add,
               "adds a client class, as the last that is evaluated"}),
    closed(CommandDef{"class-del", Access::write, class_name_argument, class_del,
               "deletes a client class that no other one asks for"}),
    closed(CommandDef{"class-get", Access::read, class_name_argument, class_get,
               "a client class as config-get shows it"}),
    CommandDef{"class-list", Access::read, none, class_list,
               "the names of the client classes"},
    closed(CommandDef{"class-update", Access::write, class_argument, class_update,
               "replaces a client class in its place"}),
    CommandDef{"clock-accept", Access::write, none, clock_accept,
               "takes the wall clock as lease time, after it was set or leases lay in the future"},
    CommandDef{"config-backend-pull", Access::write, none, config_backend_pull,
               "says that there is no configuration backend"},
    CommandDef{"config-get", Access::read, none, config_get, "the configuration in use, defaults included"},
    CommandDef{"config-hash-get", Access::read, none, config_hash_get, "SHA-256 of the configuration in use"},
    CommandDef{"config-reload", Access::write, none, config_reload, "reads the configuration file again"},
    closed(CommandDef{"config-set", Access::write, configuration_argument, config_set,
               "replaces the configuration in use; the file stays as it is"}),
    closed(CommandDef{"config-test", Access::write, config_test_arguments, config_test,
               "checks a configuration and lists all that is wrong; puts nothing to use"}),
    CommandDef{"config-write", Access::write, config_write_arguments, config_write,
               "writes the configuration in use to its file"},
    CommandDef{"db-credentials-reload", Access::write, none, db_credentials_reload,
               "reads the files with the lease database's credentials again and connects with them"},
    CommandDef{"dhcp-disable", Access::write, disable_arguments, dhcp_disable, "stops answering clients"},
    CommandDef{"dhcp-enable", Access::write, enable_arguments, dhcp_enable,
               "ends a dhcp-disable of the same origin"},
    closed(CommandDef{"interface-add", Access::write, interface_add_arguments, interface_add,
               "serves further network interfaces, beside those of the configuration"}),
    CommandDef{"interface-list", Access::read, none, interface_list,
               "the network interfaces of this machine"},
    CommandDef{"interface-redetect", Access::write, none, interface_list,
               "the same as interface-list: the kernel tells of each change at once"},
    CommandDef{"kea-lfc-start", Access::write, none, lfc_start,
               "cleans the lease file up, where there is one that needs it"},
    CommandDef{"lease-events-get", Access::read, lease_events_arguments, lease_events_get,
               "what became of leases since an earlier answer, and how many events were lost; never waits"},
    only(v4, CommandDef{"lease4-add", Access::write, lease_add_arguments, lease_add,
                        "adds a lease"}),
    only(v4, CommandDef{"lease4-del", Access::write, lease_del_arguments, lease_del,
                        "deletes the lease of an address, or of a client in a subnet"}),
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
    CommandDef{"list-commands", Access::read, none, list_commands, "the names of all commands"},
    only(v4, closed(CommandDef{"network4-add", Access::write, network_argument, network_add,
                        "adds a shared network, with its subnets"})),
    only(v4, closed(CommandDef{"network4-del", Access::write, network_del_arguments, network_del,
                        "deletes a shared network"})),
    only(v4, closed(CommandDef{"network4-get", Access::read, network_name_argument, network_get,
                        "a shared network as config-get shows it"})),
    only(v4, CommandDef{"network4-list", Access::read, none, network_list,
                        "the names of the shared networks"}),
    only(v4, closed(CommandDef{"network4-subnet-add", Access::write, network_subnet_arguments, network_subnet_add,
                        "puts a subnet into a shared network"})),
    only(v4, closed(CommandDef{"network4-subnet-del", Access::write, network_subnet_arguments, network_subnet_del,
                        "takes a subnet out of a shared network; the subnet stays"})),
    only(v6, closed(CommandDef{"network6-add", Access::write, network_argument, network_add,
                        "adds a shared network, with its subnets"})),
    only(v6, closed(CommandDef{"network6-del", Access::write, network_del_arguments, network_del,
                        "deletes a shared network"})),
    only(v6, closed(CommandDef{"network6-get", Access::read, network_name_argument, network_get,
                        "a shared network as config-get shows it"})),
    only(v6, CommandDef{"network6-list", Access::read, none, network_list,
                        "the names of the shared networks"}),
    only(v6, closed(CommandDef{"network6-subnet-add", Access::write, network_subnet_arguments, network_subnet_add,
                        "puts a subnet into a shared network"})),
    only(v6, closed(CommandDef{"network6-subnet-del", Access::write, network_subnet_arguments, network_subnet_del,
                        "takes a subnet out of a shared network; the subnet stays"})),
    only(v6, CommandDef{"reconfigure6", Access::write, reconfigure_arguments, reconfigure6,
                        "makes clients renew now (RECONFIGURE, RFC 8415 18.3.11)"}),
    CommandDef{"reservation-add", Access::write, host_put_arguments, reservation_add,
               "adds a host's reservation to the configuration in use"},
    CommandDef{"reservation-del", Access::write, host_selector_arguments, reservation_del,
               "deletes a host's reservation from the configuration in use"},
    CommandDef{"reservation-get", Access::read, host_selector_arguments, reservation_get,
               "the reservation of an address or a host in a subnet"},
    CommandDef{"reservation-get-all", Access::read, host_get_all_arguments, reservation_get_all,
               "all reservations of a subnet, or all global ones"},
    CommandDef{"reservation-get-by-address", Access::read, host_by_address_arguments, reservation_get_by_address,
               "the reservations of an address"},
    CommandDef{"reservation-get-by-hostname", Access::read, host_by_hostname_arguments,
               reservation_get_by_hostname, "the reservations with a host name"},
    CommandDef{"reservation-get-by-id", Access::read, host_by_id_arguments, reservation_get_by_id,
               "the reservations of a host, in all subnets and global ones"},
    CommandDef{"reservation-get-page", Access::read, host_page_arguments, reservation_get_page,
               "the next reservations, in order of the configuration"},
    CommandDef{"reservation-update", Access::write, host_put_arguments, reservation_update,
               "replaces a host's reservation in the configuration in use"},
    CommandDef{"server-tag-get", Access::read, none, server_tag_get,
               "this server's name in a configuration backend"},
    CommandDef{"shutdown", Access::write, shutdown_arguments, shutdown_server, "ends the server"},
    only(v4, CommandDef{"stat-lease4-get", Access::read, lease_statistic_arguments, stat_lease_get,
                        "how many leases and addresses the subnets have"}),
    only(v6, CommandDef{"stat-lease6-get", Access::read, lease_statistic_arguments, stat_lease_get,
                        "how many leases, addresses and prefixes the subnets have"}),
    CommandDef{"statistic-get", Access::read, statistic_name, statistic_get,
               "one statistic, newest sample first"},
    CommandDef{"statistic-get-all", Access::read, none, statistic_get_all, "all statistics"},
    CommandDef{"statistic-global-get-all", Access::read, none, statistic_global_get_all,
               "the statistics that belong to no subnet"},
    CommandDef{"statistic-remove", Access::write, statistic_name, statistic_remove,
               "forgets one until it moves again"},
    CommandDef{"statistic-remove-all", Access::write, none, statistic_remove_all,
               "forgets all until they move again"},
    CommandDef{"statistic-reset", Access::write, statistic_name, statistic_reset, "sets one to zero"},
    CommandDef{"statistic-reset-all", Access::write, none, statistic_reset_all, "sets all to zero"},
    CommandDef{"statistic-sample-age-set", Access::write, statistic_age, statistic_sample_age_set,
               "limits the samples of one by age"},
    CommandDef{"statistic-sample-age-set-all", Access::write, statistic_age_all, statistic_sample_age_set_all,
               "limits the samples of all by age"},
    CommandDef{"statistic-sample-count-set", Access::write, statistic_count, statistic_sample_count_set,
               "limits the samples of one by number"},
    CommandDef{"statistic-sample-count-set-all", Access::write, statistic_count_all,
               statistic_sample_count_set_all, "limits the samples of all by number"},
    CommandDef{"status-get", Access::read, none, status_get,
               "what the server is doing, and what it waits for"},
    only(v4, closed(CommandDef{"subnet4-add", Access::write, subnet_argument, subnet_add,
                        "adds a subnet"})),
    only(v4, closed(CommandDef{"subnet4-del", Access::write, subnet_del_arguments, subnet_del,
                        "deletes a subnet with its reservations; its leases stay"})),
    only(v4, closed(CommandDef{"subnet4-delta-add", Access::write, subnet_argument, subnet_delta_add,
                        "sets what is given of a subnet, and leaves the rest"})),
    only(v4, closed(CommandDef{"subnet4-delta-del", Access::write, subnet_argument, subnet_delta_del,
                        "takes what is given away from a subnet; values do not matter"})),
    only(v4, closed(CommandDef{"subnet4-get", Access::read, subnet_get_arguments, subnet_get,
                        "a subnet as config-get shows it"})),
    only(v4, CommandDef{"subnet4-list", Access::read, none, subnet_list,
                        "the ids and prefixes of the subnets"}),
    only(v4, closed(CommandDef{"subnet4-select-test", Access::read, select_arguments, subnet4_select_test,
                        "the subnet that a message would be for"})),
    only(v4, closed(CommandDef{"subnet4-update", Access::write, subnet_argument, subnet_update,
                        "replaces a subnet; its reservations and its shared network stay"})),
    only(v4, closed(CommandDef{"subnet4o6-select-test", Access::read, select4o6_arguments, subnet4o6_select_test,
                        "the subnet that a message within DHCPv6 would be for (RFC 7341)"})),
    only(v6, closed(CommandDef{"subnet6-add", Access::write, subnet_argument, subnet_add,
                        "adds a subnet"})),
    only(v6, closed(CommandDef{"subnet6-del", Access::write, subnet_del_arguments, subnet_del,
                        "deletes a subnet with its reservations; its leases stay"})),
    only(v6, closed(CommandDef{"subnet6-delta-add", Access::write, subnet_argument, subnet_delta_add,
                        "sets what is given of a subnet, and leaves the rest"})),
    only(v6, closed(CommandDef{"subnet6-delta-del", Access::write, subnet_argument, subnet_delta_del,
                        "takes what is given away from a subnet; values do not matter"})),
    only(v6, closed(CommandDef{"subnet6-get", Access::read, subnet_get_arguments, subnet_get,
                        "a subnet as config-get shows it"})),
    only(v6, CommandDef{"subnet6-list", Access::read, none, subnet_list,
                        "the ids and prefixes of the subnets"}),
    only(v6, closed(CommandDef{"subnet6-select-test", Access::read, select6_arguments, subnet6_select_test,
                        "the subnet that a message would be for"})),
    only(v6, closed(CommandDef{"subnet6-update", Access::write, subnet_argument, subnet_update,
                        "replaces a subnet; its reservations and its shared network stay"})),
    CommandDef{"version-get", Access::read, none, version_get,
               "the release whose interface this server answers"},
};
static_assert(std::ranges::is_sorted(table, {}, &CommandDef::name));

/// Sees every answer of a command on its way out.
Reply logged(std::string command, Reply reply) {
    return [command = std::move(command), reply = std::move(reply)](Answer answer) {
        const bool failed =
            !answer.pieces && answer.result != ResultCode::success && answer.result != ResultCode::empty;
        if (failed) log(MessageId::COMMAND_FAILED, {{"command", command}, {"reason", answer.text}});
        reply(std::move(answer));
    };
}

}  // namespace

std::span<const CommandDef> command_table() {
    return table;
}

const CommandDef* find_command(std::string_view name, Family family) {
    const auto found = std::ranges::lower_bound(table, name, {}, &CommandDef::name);
    return found != table.end() && found->name == name && includes(found->families, family) ? &*found
                                                                                            : nullptr;
}

void run_command(CommandContext& context, config::Value request, const Caller& caller, Reply reply) {
    auto read = read_request(std::move(request), names_of(context.family).service);
    if (!read)
        return logged("", std::move(reply))(failure("Error during command processing: " + read.error()));
    log(MessageId::COMMAND_RECEIVED, {{"command", read->command}});
    reply = logged(read->command, std::move(reply));
    const auto* const command = find_command(read->command, context.family);
    if (command == nullptr) {
        auto answer = failure("'" + read->command + "' command not supported.");
        if (const auto* const absent = find_absent_command(read->command))
            answer.text += " It is one of Kea's that this server does not have: " + std::string{absent->reason} + ".";
        answer.result = ResultCode::unsupported;
        return reply(std::move(answer));
    }
    if (!caller.may(command->name, command->access)) {
        log(MessageId::COMMAND_FORBIDDEN, {{"caller", caller.name}, {"command", read->command}});
        auto answer = failure("Forbidden");
        answer.result = ResultCode::forbidden;
        return reply(std::move(answer));
    }
    if (auto wrong = check_arguments(*command, read->arguments, context.family))
        return reply(failure(std::move(*wrong)));
    if (const auto unknown = unknown_argument(*command, read->arguments, context.family); !unknown.empty())
        log(MessageId::COMMAND_ARGUMENT_IGNORED, {{"command", command->name}, {"argument", unknown}});
    command->handler(context, read->arguments, std::move(reply));
}

}  // namespace leasehold
