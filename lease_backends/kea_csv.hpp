// Reader of Kea's lease files (memfile): a journal of comma-separated rows, the last row of an address wins.
// Reads only; what is made of the rows is the caller's part (sqlite_import).
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

struct KeaCsvRow {
    Lease lease;          // without version and last_writer
    bool erases = false;  // valid_lifetime 0: the journal says that this address has no lease any more
};

/// Undoes `&#xHH`; an unfinished or invalid sequence stays as it is.
std::string unescape_kea_csv(std::string_view text);

/// Which value stands where, by the names in a file's first line. Older files have fewer columns, newer
/// ones more: what is missing takes its default, what is unknown is passed over.
class KeaCsvColumns {
public:
    template <class T>
    using Parsed = Result<T, std::string>;  // the error: what is wrong, for a person

    static Parsed<KeaCsvColumns> parse(std::string_view header, Family family);
    /// Any bytes may come: each is a row or an error.
    Parsed<KeaCsvRow> row(std::string_view line) const;
    /// Columns that no version known to us has.
    const std::vector<std::string>& unknown() const { return unknown_; }

private:
    Family family_ = Family::v4;
    std::vector<int> field_at_;  // position in a row -> our field, -1: unknown
    std::vector<std::string> unknown_;
};

struct KeaCsvReport {
    std::vector<std::string> files;
    std::uint64_t rows = 0;
    std::uint64_t bad_rows = 0;
    std::vector<std::string> notices;  // of bad rows (the first ten) and unknown columns
};

/// The files that hold the leases of `csv`, in the order in which they apply: what Kea's clean-up left
/// (FILE.completed alone, or FILE.2 and FILE.1), then FILE. Empty: there are none.
std::vector<std::string> kea_lease_files(const std::string& csv);

/// Hands the rows of these files on, one after the other, in constant memory.
///
/// @param each  an error ends the reading and is returned.
/// @error configuration: a bad header, or more than `max_row_errors` unreadable rows; the message names
///        file:line and the cure. unavailable: a file cannot be read. busy: Kea's clean-up is at work on
///        them.
StoreResult<KeaCsvReport> read_kea_lease_files(const std::string& csv, Family family,
                                               std::uint32_t max_row_errors,
                                               const std::function<StoreResult<void>(KeaCsvRow&&)>& each);
/// The same for one text that is open already.
/// @param name  of it, for messages
StoreResult<KeaCsvReport> read_kea_lease_text(std::istream& input, const std::string& name, Family family,
                                              std::uint32_t max_row_errors,
                                              const std::function<StoreResult<void>(KeaCsvRow&&)>& each);

}  // namespace leasehold
