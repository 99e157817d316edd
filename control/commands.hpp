// The handlers that the rows of the command table name, a file per area. A handler serves either family:
// its context says which.
#pragma once

#include "control/command.hpp"

namespace leasehold {

// config_commands.cpp
void config_get(CommandContext&, const Arguments&, Reply);
void config_hash_get(CommandContext&, const Arguments&, Reply);
void config_test(CommandContext&, const Arguments&, Reply);
void config_set(CommandContext&, const Arguments&, Reply);
void config_reload(CommandContext&, const Arguments&, Reply);
void config_write(CommandContext&, const Arguments&, Reply);
void config_backend_pull(CommandContext&, const Arguments&, Reply);
void server_tag_get(CommandContext&, const Arguments&, Reply);
void interface_add(CommandContext&, const Arguments&, Reply);

// service_commands.cpp
void list_commands(CommandContext&, const Arguments&, Reply);
void version_get(CommandContext&, const Arguments&, Reply);
void build_report_get(CommandContext&, const Arguments&, Reply);
void status_get(CommandContext&, const Arguments&, Reply);
void shutdown_server(CommandContext&, const Arguments&, Reply);
void dhcp_disable(CommandContext&, const Arguments&, Reply);
void dhcp_enable(CommandContext&, const Arguments&, Reply);
void db_credentials_reload(CommandContext&, const Arguments&, Reply);
void clock_accept(CommandContext&, const Arguments&, Reply);
void interface_list(CommandContext&, const Arguments&, Reply);

// lease_commands.cpp
void leases_reclaim(CommandContext&, const Arguments&, Reply);
void lease_get(CommandContext&, const Arguments&, Reply);
void lease_get_all(CommandContext&, const Arguments&, Reply);
void lease_get_page(CommandContext&, const Arguments&, Reply);
void lease_get_by_hw_address(CommandContext&, const Arguments&, Reply);
void lease_get_by_client_id(CommandContext&, const Arguments&, Reply);
void lease_get_by_hostname(CommandContext&, const Arguments&, Reply);
void lease_get_by_state(CommandContext&, const Arguments&, Reply);

// lease_event_commands.cpp
void lease_events_get(CommandContext&, const Arguments&, Reply);

// lease_write_commands.cpp
void lease_add(CommandContext&, const Arguments&, Reply);
void lease_update(CommandContext&, const Arguments&, Reply);
void lease_del(CommandContext&, const Arguments&, Reply);
void lease_wipe(CommandContext&, const Arguments&, Reply);
void lease_resend_ddns(CommandContext&, const Arguments&, Reply);
void lfc_start(CommandContext&, const Arguments&, Reply);

// lease_bulk_commands.cpp
void lease_bulk_apply(CommandContext&, const Arguments&, Reply);

// lease_file_commands.cpp
void lease_write(CommandContext&, const Arguments&, Reply);

// reconfigure_commands.cpp
void reconfigure6(CommandContext&, const Arguments&, Reply);

// lease_statistic_commands.cpp
void stat_lease_get(CommandContext&, const Arguments&, Reply);

// reservation_commands.cpp
void reservation_get(CommandContext&, const Arguments&, Reply);
void reservation_get_all(CommandContext&, const Arguments&, Reply);
void reservation_get_page(CommandContext&, const Arguments&, Reply);
void reservation_get_by_hostname(CommandContext&, const Arguments&, Reply);
void reservation_get_by_id(CommandContext&, const Arguments&, Reply);
void reservation_get_by_address(CommandContext&, const Arguments&, Reply);

// reservation_write_commands.cpp
void reservation_add(CommandContext&, const Arguments&, Reply);
void reservation_update(CommandContext&, const Arguments&, Reply);
void reservation_del(CommandContext&, const Arguments&, Reply);

// network_commands.cpp
void subnet_list(CommandContext&, const Arguments&, Reply);
void subnet_get(CommandContext&, const Arguments&, Reply);
void subnet_add(CommandContext&, const Arguments&, Reply);
void subnet_update(CommandContext&, const Arguments&, Reply);
void subnet_del(CommandContext&, const Arguments&, Reply);
void subnet_delta_add(CommandContext&, const Arguments&, Reply);
void subnet_delta_del(CommandContext&, const Arguments&, Reply);
void network_list(CommandContext&, const Arguments&, Reply);
void network_get(CommandContext&, const Arguments&, Reply);
void network_add(CommandContext&, const Arguments&, Reply);
void network_del(CommandContext&, const Arguments&, Reply);
void network_subnet_add(CommandContext&, const Arguments&, Reply);
void network_subnet_del(CommandContext&, const Arguments&, Reply);
void class_list(CommandContext&, const Arguments&, Reply);
void class_get(CommandContext&, const Arguments&, Reply);
void class_add(CommandContext&, const Arguments&, Reply);
void class_update(CommandContext&, const Arguments&, Reply);
void class_del(CommandContext&, const Arguments&, Reply);

// select_commands.cpp
void subnet4_select_test(CommandContext&, const Arguments&, Reply);
void subnet4o6_select_test(CommandContext&, const Arguments&, Reply);
void subnet6_select_test(CommandContext&, const Arguments&, Reply);

// statistic_commands.cpp
void statistic_get(CommandContext&, const Arguments&, Reply);
void statistic_get_all(CommandContext&, const Arguments&, Reply);
void statistic_global_get_all(CommandContext&, const Arguments&, Reply);
void statistic_reset(CommandContext&, const Arguments&, Reply);
void statistic_reset_all(CommandContext&, const Arguments&, Reply);
void statistic_remove(CommandContext&, const Arguments&, Reply);
void statistic_remove_all(CommandContext&, const Arguments&, Reply);
void statistic_sample_age_set(CommandContext&, const Arguments&, Reply);
void statistic_sample_age_set_all(CommandContext&, const Arguments&, Reply);
void statistic_sample_count_set(CommandContext&, const Arguments&, Reply);
void statistic_sample_count_set_all(CommandContext&, const Arguments&, Reply);

}  // namespace leasehold
