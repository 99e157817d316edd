// What the numbers of MariaDB and MySQL mean for the caller, and what an operator can do about the common
// ones.
#pragma once

#include <string>
#include <string_view>

#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// The fault that an error number of the server or of its client library stands for.
SqlFault mariadb_fault(unsigned number);

/// @param words  the library's; they hold no password
SqlError mariadb_error(unsigned number, std::string_view words);

}  // namespace leasehold
