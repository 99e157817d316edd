// See the header. What the columns are is in kea_fields.
#include "lease_backends/kea_csv.hpp"

#include <csignal>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "lease_backends/kea_fields.hpp"
#include "lease_backends/text_lines.hpp"

namespace leasehold {
namespace {

/// A line without its end; calls `each` with every value between commas.
template <class Each>
void split(std::string_view line, Each each) {
    for (std::size_t from = 0;;) {
        const std::size_t comma = line.find(',', from);
        each(line.substr(from, comma - from));
        if (comma == std::string_view::npos) return;
        from = comma + 1;
    }
}

std::string_view without_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    return line;
}

std::string shortened(std::string_view text) {
    constexpr std::size_t size_max = 60;
    std::string start{text.substr(0, size_max)};
    if (text.size() > size_max) start.append("...");
    return start;
}

}  // namespace

std::string unescape_kea_csv(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        constexpr std::string_view escape = "&#x";
        if (text.substr(at, escape.size()) == escape && at + 5 <= text.size()) {
            unsigned value = 0;
            const char* digits = text.data() + at + escape.size();
            if (std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
                plain.push_back(static_cast<char>(value));
                at += 5;
                continue;
            }
        }
        plain.push_back(text[at++]);
    }
    return plain;
}

KeaCsvColumns::Parsed<KeaCsvColumns> KeaCsvColumns::parse(std::string_view header, Family family) {
    KeaCsvColumns columns;
    columns.family_ = family;
    const auto defs = kea_csv_fields(family);
    std::vector<bool> seen(defs.size(), false);
    split(without_end(header), [&](std::string_view name) {
        const auto def = std::ranges::find(defs, name, &KeaFieldDef::name);
        const auto index = static_cast<std::size_t>(def - defs.begin());
        if (def == defs.end() || seen[index]) {
            columns.field_at_.push_back(-1);
            columns.unknown_.push_back(shortened(name));
            return;
        }
        seen[index] = true;
        columns.field_at_.push_back(static_cast<int>(def->field));
    });
    for (std::size_t i = 0; i < defs.size(); ++i)
        if (defs[i].required && !seen[i])
            return std::unexpected(std::string{"its first line is not the header of a lease file of DHCP"}
                                       .append(family == Family::v4 ? "v4" : "v6")
                                       .append(": column ")
                                       .append(defs[i].name)
                                       .append(" is missing"));
    return columns;
}

KeaCsvColumns::Parsed<KeaCsvRow> KeaCsvColumns::row(std::string_view line) const {
    KeaCsvRow row;
    if (family_ == Family::v6) row.lease.kind = LeaseKind::na;
    std::size_t at = 0;
    std::string problem;
    split(without_end(line), [&](std::string_view text) {
        const std::size_t position = at++;
        if (!problem.empty() || position >= field_at_.size() || field_at_[position] < 0) return;
        const auto field = static_cast<KeaField>(field_at_[position]);
        const bool escaped = field == KeaField::hostname || field == KeaField::user_context;
        const std::string plain = escaped ? unescape_kea_csv(text) : std::string{};
        if (read_kea_field(field, escaped ? plain : text, family_, row.lease)) return;
        const auto def = std::ranges::find(kea_csv_fields(family_), field, &KeaFieldDef::field);
        problem = refused_value(def->name, text);
    });
    if (!problem.empty()) return std::unexpected(problem);
    if (at != field_at_.size())
        return std::unexpected(std::string{"it has "}
                                   .append(std::to_string(at))
                                   .append(" values, the header ")
                                   .append(std::to_string(field_at_.size())));
    row.erases = row.lease.valid_lifetime == 0;
    if (auto missing = complete_kea_lease(row.lease, family_); missing) return std::unexpected(*missing);
    return row;
}

std::vector<std::string> kea_lease_files(const std::string& csv) {
    const auto exists = [](const std::string& file) {
        std::error_code ignored;
        return std::filesystem::exists(file, ignored);
    };
    std::vector<std::string> files;
    if (exists(csv + ".completed")) {
        files.push_back(csv + ".completed");
    } else {
        for (const char* suffix : {".2", ".1"})
            if (exists(csv + suffix)) files.push_back(csv + suffix);
    }
    if (exists(csv)) files.push_back(csv);
    return files;
}

namespace {

/// Kea's clean-up renames these files while it works: what is read meanwhile may be half of them.
StoreResult<void> check_no_cleanup(const std::string& csv) {
    std::ifstream file{csv + ".pid"};
    pid_t process = 0;
    if (!(file >> process) || process <= 0 || ::kill(process, 0) != 0) return {};
    return std::unexpected(
        StoreError{StoreErrc::busy, csv + ": Kea's clean-up of this file is running (process " +
                                        std::to_string(process) + ", from " + csv +
                                        ".pid); wait for it, then start again"});
}

/// Reads one file after the other and keeps count.
class KeaFileReader {
public:
    KeaFileReader(Family family, std::uint32_t max_row_errors,
                  const std::function<StoreResult<void>(KeaCsvRow&&)>& each)
        : family_{family}, max_row_errors_{max_row_errors}, each_{each} {}

    StoreResult<void> read(const std::string& file) {
        std::ifstream input{file, std::ios::binary};
        if (!input)
            return std::unexpected(
                StoreError{StoreErrc::permissions, file + ": Kea's lease file cannot be opened for import"});
        return read(input, file);
    }

    StoreResult<void> read(std::istream& input, const std::string& file) {
        report.files.push_back(file);
        TextLines lines{input};
        std::optional<KeaCsvColumns> columns;
        while (const auto line = lines.next()) {
            const std::string where = file + ":" + std::to_string(lines.number());
            if (*line && without_end(**line).empty()) continue;
            auto taken = !columns ? take_header(where, *line, columns) : take_row(where, *line, *columns);
            if (!taken) return taken;
        }
        if (input.bad())
            return std::unexpected(
                StoreError{StoreErrc::unavailable, file + ": reading it failed; nothing was imported"});
        return {};
    }

    KeaCsvReport report;

private:
    static constexpr std::size_t notices_max = 10;

    StoreResult<void> take_header(const std::string& where, std::optional<std::string_view> line,
                                  std::optional<KeaCsvColumns>& columns) {
        auto parsed = KeaCsvColumns::parse(line.value_or(""), family_);
        if (!parsed) {
            StoreError error{StoreErrc::configuration, where};
            error.detail.append(": ").append(parsed.error());
            error.detail.append("; name another file, or move it away to start without its leases");
            return std::unexpected(std::move(error));
        }
        for (const std::string& name : parsed->unknown())
            report.notices.push_back(where + ": column " + name + " is not known and was passed over");
        columns = std::move(*parsed);
        return {};
    }

    StoreResult<void> take_row(const std::string& where, std::optional<std::string_view> line,
                               const KeaCsvColumns& columns) {
        ++report.rows;
        auto row = line ? columns.row(*line)
                        : KeaCsvColumns::Parsed<KeaCsvRow>{std::unexpect, "it is longer than any lease"};
        if (row) return each_(std::move(*row));
        if (++report.bad_rows > max_row_errors_)
            return std::unexpected(StoreError{
                StoreErrc::configuration,
                where + ": this lease cannot be read: " + row.error() +
                    "; nothing was imported. Correct or remove the row, or raise max-row-errors (now " +
                    std::to_string(max_row_errors_) + ") to start without such leases"});
        if (report.bad_rows <= notices_max)
            report.notices.push_back(where + ": this lease was left out, it cannot be read: " + row.error());
        return {};
    }

    Family family_;
    std::uint32_t max_row_errors_;
    const std::function<StoreResult<void>(KeaCsvRow&&)>& each_;
};

}  // namespace

StoreResult<KeaCsvReport> read_kea_lease_files(const std::string& csv, Family family,
                                               std::uint32_t max_row_errors,
                                               const std::function<StoreResult<void>(KeaCsvRow&&)>& each) {
    if (const auto idle = check_no_cleanup(csv); !idle) return std::unexpected(idle.error());
    KeaFileReader reader{family, max_row_errors, each};
    for (const std::string& file : kea_lease_files(csv))
        if (auto done = reader.read(file); !done) return std::unexpected(done.error());
    return std::move(reader.report);
}

StoreResult<KeaCsvReport> read_kea_lease_text(std::istream& input, const std::string& name, Family family,
                                              std::uint32_t max_row_errors,
                                              const std::function<StoreResult<void>(KeaCsvRow&&)>& each) {
    KeaFileReader reader{family, max_row_errors, each};
    if (auto done = reader.read(input, name); !done) return std::unexpected(done.error());
    return std::move(reader.report);
}

}  // namespace leasehold
