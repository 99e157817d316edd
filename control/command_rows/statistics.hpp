// The rows of commands about statistics.
#pragma once

#include <array>

#include "control/command_rows/row.hpp"
#include "control/commands.hpp"
#include "dhcp/statistics.hpp"

namespace leasehold::command_rows {

inline constexpr std::array lease_statistic_arguments{
    ArgumentDef{"subnet-id", integer, optional, "the subnet that is asked for; else all", 1, seconds_max},
    ArgumentDef{"subnet-range", map, optional,
                "\"first-subnet-id\" and \"last-subnet-id\": these and those between them"},
};
inline constexpr std::array statistic_name{
    ArgumentDef{"name", text, required, "of the statistic, such as subnet[1].assigned-addresses"},
};
inline constexpr std::array statistic_age{
    ArgumentDef{"name", text, required, "of the statistic"},
    ArgumentDef{"duration", integer, required, "seconds for which samples are kept", 1, seconds_max},
};
inline constexpr std::array statistic_age_all{
    ArgumentDef{"duration", integer, required, "seconds for which samples are kept", 1, seconds_max},
};
inline constexpr std::array statistic_count{
    ArgumentDef{"name", text, required, "of the statistic"},
    ArgumentDef{"max-samples", integer, required, "how many samples are kept", 1, sample_count_max},
};
inline constexpr std::array statistic_count_all{
    ArgumentDef{"max-samples", integer, required, "how many samples are kept", 1, sample_count_max},
};

inline constexpr std::array statistics{
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
};

}  // namespace leasehold::command_rows
