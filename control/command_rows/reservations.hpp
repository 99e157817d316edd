// The rows of commands that read and change reservations.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"

namespace leasehold::command_rows {

inline constexpr std::array target_words{Words{"default"}, Words{"memory"}, Words{"database"}, Words{"all"}};
inline constexpr std::array host_identifier_words{Words{"hw-address"}, Words{"duid"}, Words{"circuit-id"},
                                                  Words{"client-id"}, Words{"flex-id"}};
inline constexpr std::array target_argument{
    one_of(target_words,
           ArgumentDef{"operation-target", text, optional,
                       "\"default\" or \"memory\": the configuration in use; \"database\" there is none of, and \"all\" "
                       "is both"}),
};
inline constexpr std::array host_argument{
    ArgumentDef{"reservation", map, required,
                "a map as in \"reservations\" of the configuration, and \"subnet-id\", 0 for a global one"},
};
inline constexpr auto host_put_arguments = join(host_argument, target_argument);
inline constexpr std::array host_identifier_arguments{
    one_of(host_identifier_words,
           ArgumentDef{"identifier-type", text, required,
                       "\"hw-address\", \"duid\", \"circuit-id\", \"client-id\" or \"flex-id\""}),
    ArgumentDef{"identifier", text, required, "octets in hexadecimal, or text in single quotes"},
};
inline constexpr auto host_by_id_arguments = join(host_identifier_arguments, target_argument);
inline constexpr std::array host_selector{
    ArgumentDef{"subnet-id", integer, optional, "needed: the subnet, or 0 for the global reservations", 0,
                seconds_max},
    ArgumentDef{"ip-address", text, optional,
                "an address, or that of a prefix, which is kept for the host; without it the next two are needed"},
    one_of(host_identifier_words,
           ArgumentDef{"identifier-type", text, optional,
                       "\"hw-address\", \"duid\", \"circuit-id\", \"client-id\" or \"flex-id\""}),
    ArgumentDef{"identifier", text, optional, "octets in hexadecimal, or text in single quotes"},
};
inline constexpr auto host_selector_arguments = join(host_selector, target_argument);
inline constexpr std::array host_subnet_required{
    ArgumentDef{"subnet-id", integer, required, "the subnet, or 0 for the global reservations", 0, seconds_max},
};
inline constexpr auto host_get_all_arguments = join(host_subnet_required, target_argument);
inline constexpr std::array host_subnet_optional{
    ArgumentDef{"subnet-id", integer, optional, "only this subnet's, 0: only global ones; else all", 0,
                seconds_max},
};
inline constexpr auto host_by_hostname_arguments = join(hostname_argument, host_subnet_optional, target_argument);
inline constexpr std::array kept_address_argument{
    ArgumentDef{"ip-address", text, required, "an address, or that of a prefix, which is kept for hosts"},
};
inline constexpr auto host_by_address_arguments = join(kept_address_argument, host_subnet_optional, target_argument);
inline constexpr std::array host_page{
    ArgumentDef{"limit", integer, required, "how many reservations at most", 1, seconds_max},
    ArgumentDef{"from", integer, optional, "\"from\" in \"next\" of the page before; 0, the first page", 0,
                std::numeric_limits<std::int64_t>::max()},
    ArgumentDef{"source-index", integer, optional, "\"source-index\" in \"next\" of the page before; 0", 0,
                seconds_max},
};
inline constexpr auto host_page_arguments = join(host_page, host_subnet_optional);

inline constexpr std::array reservations{
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
};

}  // namespace leasehold::command_rows
