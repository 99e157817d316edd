// A migration as single steps that can each be repeated: what a database needs whose DDL commits by itself
// (schema/mariadb). The steps are in the file, told by comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dhcp/result.hpp"

namespace leasehold {

struct SchemaStep {
    std::string words;      // what it does
    std::string done_when;  // a query for one number; not 0: the step is done
    std::string statement;  // without the semicolon
};

/// Reads the form
///     -- step: make the table of leases
///     -- done when: SELECT count(*) FROM information_schema.tables WHERE ...
///     --     ... (further lines of the query begin with two spaces or more)
///     CREATE TABLE lease (...);
/// The statement ends with the first semicolon at a line's end. Other comments may stand before a step and in
/// a statement.
/// @error what is not in this form, with its line
Result<std::vector<SchemaStep>, std::string> read_steps(std::string_view sql);

}  // namespace leasehold
