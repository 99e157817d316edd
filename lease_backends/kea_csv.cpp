// See the header. Two tables say what the columns are; the parser walks them.
#include "lease_backends/kea_csv.hpp"

#include <csignal>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

enum class Field : std::uint8_t {
    address,
    hwaddr,
    client_id,
    duid,
    valid_lifetime,
    expire,
    subnet_id,
    preferred_lifetime,
    lease_type,
    iaid,
    prefix_length,
    fqdn_fwd,
    fqdn_rev,
    hostname,
    state,
    user_context,
    hwtype,
    hwaddr_source,
    pool_id,
};
struct FieldDef {
    std::string_view name;
    Field field;
    bool required;  // since the first version of the format
};
constexpr std::array fields_v4{
    FieldDef{"address", Field::address, true},
    FieldDef{"hwaddr", Field::hwaddr, true},
    FieldDef{"client_id", Field::client_id, true},
    FieldDef{"valid_lifetime", Field::valid_lifetime, true},
    FieldDef{"expire", Field::expire, true},
    FieldDef{"subnet_id", Field::subnet_id, true},
    FieldDef{"fqdn_fwd", Field::fqdn_fwd, true},
    FieldDef{"fqdn_rev", Field::fqdn_rev, true},
    FieldDef{"hostname", Field::hostname, true},
    FieldDef{"state", Field::state, false},
    FieldDef{"user_context", Field::user_context, false},
    FieldDef{"pool_id", Field::pool_id, false},
};
constexpr std::array fields_v6{
    FieldDef{"address", Field::address, true},
    FieldDef{"duid", Field::duid, true},
    FieldDef{"valid_lifetime", Field::valid_lifetime, true},
    FieldDef{"expire", Field::expire, true},
    FieldDef{"subnet_id", Field::subnet_id, true},
    FieldDef{"pref_lifetime", Field::preferred_lifetime, true},
    FieldDef{"lease_type", Field::lease_type, true},
    FieldDef{"iaid", Field::iaid, true},
    FieldDef{"prefix_len", Field::prefix_length, true},
    FieldDef{"fqdn_fwd", Field::fqdn_fwd, true},
    FieldDef{"fqdn_rev", Field::fqdn_rev, true},
    FieldDef{"hostname", Field::hostname, true},
    FieldDef{"hwaddr", Field::hwaddr, false},
    FieldDef{"state", Field::state, false},
    FieldDef{"user_context", Field::user_context, false},
    FieldDef{"hwtype", Field::hwtype, false},
    FieldDef{"hwaddr_source", Field::hwaddr_source, false},
    FieldDef{"pool_id", Field::pool_id, false},
};

std::span<const FieldDef> fields_of(Family family) {
    return family == Family::v4 ? std::span<const FieldDef>{fields_v4} : std::span<const FieldDef>{fields_v6};
}

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

template <class Number>
bool read_number(std::string_view text, Number& into,
                 std::uint64_t max = std::numeric_limits<Number>::max()) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value > max) return false;
    into = static_cast<Number>(value);
    return true;
}

bool read_hex(std::string_view text, Octets& into) {
    const auto parsed = parse_hex(text);
    if (!text.empty() && !parsed) return false;
    into = text.empty() ? Octets{} : *parsed;
    return true;
}

bool read_flag(std::string_view text, bool& into) {
    into = text == "1";
    return text == "0" || text == "1";
}

bool read_time(std::string_view text, LeaseTime& into) {
    std::uint64_t seconds = 0;
    if (!read_number(text, seconds, lease_time_max)) return false;
    into = LeaseTime{std::chrono::seconds{seconds}};
    return true;
}

bool read_address(std::string_view text, Family family, Prefix& into) {
    if (family == Family::v4) {
        const auto address = parse_ipv4(text);
        if (address) into = to_prefix(*address);
        return address.has_value();
    }
    const auto address = parse_ipv6(text);
    if (address) into.address = *address;
    return address.has_value();
}

bool read_kind(std::string_view text, LeaseKind& into) {
    std::uint8_t type = 0;
    if (!read_number(text, type, 2)) return false;
    constexpr std::array kinds{LeaseKind::na, LeaseKind::ta, LeaseKind::pd};
    into = kinds[type];
    return true;
}

bool read_state(std::string_view text, LeaseState& into) {
    std::uint8_t state = 0;
    if (!read_number(text, state, 4)) return false;
    into = static_cast<LeaseState>(state);
    return true;
}

bool read_field(Field field, std::string_view text, Family family, Lease& lease) {
    switch (field) {
        case Field::address: return read_address(text, family, lease.address);
        case Field::hwaddr: return read_hex(text, lease.hwaddr);
        case Field::client_id: return read_hex(text, lease.client_id);
        case Field::duid: return read_hex(text, lease.duid);
        case Field::valid_lifetime: return read_number(text, lease.valid_lifetime);
        case Field::expire: return read_time(text, lease.expire);
        case Field::subnet_id: return read_number(text, lease.subnet_id);
        case Field::preferred_lifetime: return read_number(text, lease.preferred_lifetime);
        case Field::lease_type: return read_kind(text, lease.kind);
        case Field::iaid: return read_number(text, lease.iaid);
        case Field::prefix_length: return read_number(text, lease.address.length, 128);
        case Field::fqdn_fwd: return read_flag(text, lease.fqdn_fwd);
        case Field::fqdn_rev: return read_flag(text, lease.fqdn_rev);
        case Field::hostname: lease.hostname = unescape_kea_csv(text); return true;
        case Field::state: return read_state(text, lease.state);
        case Field::user_context: lease.user_context = unescape_kea_csv(text); return true;
        case Field::hwtype: return read_number(text, lease.hwtype);
        case Field::hwaddr_source: return read_number(text, lease.hwaddr_source);
        case Field::pool_id: return read_number(text, lease.pool_id);
    }
    return false;
}

/// What the columns together must say. nullopt: a lease.
std::optional<std::string> complete(Lease& lease, Family family) {
    if (family == Family::v6) {
        if (lease.kind != LeaseKind::pd) lease.address.length = 128;
        if (lease.duid.empty()) return "no duid";
    } else if (lease.hwaddr.empty() && lease.client_id.empty() && lease.state != LeaseState::declined) {
        return "neither hwaddr nor client_id";
    }
    const std::chrono::seconds valid{lease.valid_lifetime};
    if (lease.expire.time_since_epoch() < valid) return "expire lies before the start of its valid_lifetime";
    lease.cltt = lease.expire - valid;
    lease.hold_until = lease.expire;
    return why_not_storable(lease);
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
    const auto defs = fields_of(family);
    std::vector<bool> seen(defs.size(), false);
    split(without_end(header), [&](std::string_view name) {
        const auto def = std::ranges::find(defs, name, &FieldDef::name);
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
        const auto field = static_cast<Field>(field_at_[position]);
        if (read_field(field, text, family_, row.lease)) return;
        const auto def = std::ranges::find(fields_of(family_), field, &FieldDef::field);
        problem =
            std::string{def->name} + " cannot be " + (text.empty() ? "empty" : "\"" + shortened(text) + "\"");
    });
    if (!problem.empty()) return std::unexpected(problem);
    if (at != field_at_.size())
        return std::unexpected(std::string{"it has "}
                                   .append(std::to_string(at))
                                   .append(" values, the header ")
                                   .append(std::to_string(field_at_.size())));
    row.erases = row.lease.valid_lifetime == 0;
    if (auto missing = complete(row.lease, family_); missing) return std::unexpected(*missing);
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
        : family_{family}, max_row_errors_{max_row_errors}, each_{each}, line_(line_size_max, '\0') {}

    StoreResult<void> read(const std::string& file) {
        std::ifstream input{file, std::ios::binary};
        if (!input)
            return std::unexpected(
                StoreError{StoreErrc::permissions, file + ": Kea's lease file cannot be opened for import"});
        report.files.push_back(file);
        std::optional<KeaCsvColumns> columns;
        for (std::uint64_t number = 1;; ++number) {
            const auto line = next_line(input);
            if (!line) break;
            const std::string where = file + ":" + std::to_string(number);
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
    static constexpr std::size_t line_size_max = 1 << 20;
    static constexpr std::size_t notices_max = 10;

    /// nullopt: the end. An inner nullopt: the line is longer than any lease.
    std::optional<std::optional<std::string_view>> next_line(std::istream& input) {
        input.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
        const auto size = static_cast<std::size_t>(input.gcount());
        if (input.eof() && size == 0) return std::nullopt;
        if (!input.fail()) return std::string_view{line_.data(), size - (input.eof() ? 0 : 1)};
        if (input.bad() || size == 0) return std::nullopt;
        input.clear();
        input.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        return std::optional<std::string_view>{};
    }

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
    std::string line_;
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

}  // namespace leasehold
