// See the header. Each change is one statement that compares the epoch it was decided on: two servers that
// register at once, on one node or two, cannot both succeed.
#include "lease_backends/registry.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>

namespace leasehold {
namespace {

/// How often a change is decided again because somebody else's came in between.
constexpr int tries_max = 5;
constexpr std::size_t name_octets_max = 255;

std::string number(std::uint64_t value) {
    return std::to_string(static_cast<std::int64_t>(value));  // 64 bits, stored with a sign
}

std::string number(Family family) {
    return family == Family::v4 ? "4" : "6";
}

std::uint64_t to_number(const SqlValue& value) {
    std::int64_t number = 0;
    if (value) std::from_chars(value->data(), value->data() + value->size(), number);
    return static_cast<std::uint64_t>(number);
}

std::unexpected<StoreError> failed(SqlConnection& connection, const SqlError& error, std::string_view doing) {
    return std::unexpected(to_store_error(error, connection.where(), doing));
}

std::unexpected<StoreError> fenced(SqlConnection& connection, const std::optional<Registration>& now) {
    return std::unexpected(StoreError{
        StoreErrc::fenced,
        connection.where() + ": this server does not own the leases any more: " +
            (now ? describe(*now) + " is registered" : "nobody is registered") +
            ". It was taken over with `leasehold db takeover`, or the database was replaced; to bring this "
            "server back, stop the other one and start this one"});
}

std::unexpected<StoreError> in_use(SqlConnection& connection, Family family, const Registration& holder) {
    return std::unexpected(StoreError{
        StoreErrc::busy,
        connection.where() + ": the DHCPv" + number(family) + " leases here belong to " + describe(holder) +
            ". Two servers would give one address to two clients. Stop that server, which gives them free; "
            "or, "
            "if it cannot come back, run `leasehold db takeover -c FILE` here. (The same server on a new "
            "machine keeps its leases with server-id " +
            std::to_string(holder.server_id) + ".)"});
}

/// Two stores of one process would take the leases from each other, and end the one that serves.
std::unexpected<StoreError> ours_already(SqlConnection& connection) {
    return std::unexpected(
        StoreError{StoreErrc::configuration,
                   connection.where() +
                       ": this server has these leases open already, under another name of the database; "
                       "name its host as before, or restart the server to change that"});
}

/// One attempt to put `self` in the place of what was read.
/// @return the epoch; nullopt: somebody else came in between
StoreResult<std::optional<std::uint64_t>> try_to_register(SqlConnection& connection, Family family,
                                                          const ServerIdentity& self,
                                                          const std::optional<Registration>& present,
                                                          std::uint64_t epoch_before) {
    const std::string now{now_expression(connection.dialect())};
    const std::string name = self.name.substr(0, name_octets_max);
    if (!present) {
        const SqlValue values[] = {number(family), number(self.server_id), name, number(epoch_before + 1),
                                   "0"};
        const auto made = connection.query(
            "INSERT INTO server_registry (family, server_id, name, epoch, released, registered_at, "
            "last_seen) "
            "VALUES (?, ?, ?, ?, ?, " +
                now + ", " + now + ")",
            values);
        if (made) return epoch_before + 1;
        const SqlFault fault = made.error().fault;
        if (fault == SqlFault::data || fault == SqlFault::exists || fault == SqlFault::conflict)
            return std::nullopt;
        return failed(connection, made.error(), "registering this server");
    }
    const SqlValue values[] = {number(self.server_id), name, number(present->epoch + 1), "0", number(family),
                               number(present->epoch)};
    const auto changed = connection.query(
        "UPDATE server_registry SET server_id = ?, name = ?, epoch = ?, released = ?, registered_at = " +
            now + ", last_seen = " + now + " WHERE family = ? AND epoch = ?",
        values);
    if (!changed && changed.error().fault != SqlFault::conflict)
        return failed(connection, changed.error(), "registering this server");
    if (!changed || changed->affected == 0) return std::nullopt;
    return present->epoch + 1;
}

/// Updates the row of this epoch; on "no row changed" finds out whether that means another epoch.
StoreResult<void> keep(SqlConnection& connection, Family family, std::uint64_t epoch, const char* released) {
    const SqlValue values[] = {released, number(family), number(epoch)};
    const auto changed =
        query_again(connection,
                    "UPDATE server_registry SET released = ?, last_seen = " +
                        std::string{now_expression(connection.dialect())} + " WHERE family = ? AND epoch = ?",
                    values);
    if (!changed) return failed(connection, changed.error(), "refreshing the registration");
    if (changed->affected > 0) return {};
    const auto now = read_registration(connection, family);  // MariaDB counts no row that stays as it was
    if (!now) return std::unexpected(now.error());
    if (!*now || (*now)->epoch != epoch) return fenced(connection, *now);
    return {};
}

}  // namespace

ServerIdentity identity_of(std::uint64_t server_id) {
    static const std::time_t started = std::time(nullptr);
    std::array<char, 200> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host = {"unknown"};
    std::array<char, 32> since{};
    std::tm utc{};
    gmtime_r(&started, &utc);
    std::strftime(since.data(), since.size(), "%F %T UTC", &utc);
    return {server_id, std::string{host.data()} + " (process " + std::to_string(::getpid()) + " since " +
                           since.data() + ")"};
}

StoreResult<std::optional<Registration>> read_registration(SqlConnection& connection, Family family) {
    const SqlValue values[] = {number(family)};
    const auto answer = query_again(connection,
                                    "SELECT server_id, name, epoch, released, registered_at, last_seen, " +
                                        std::string{now_expression(connection.dialect())} +
                                        " FROM server_registry WHERE family = ?",
                                    values);
    if (!answer) return failed(connection, answer.error(), "reading which server is registered");
    if (answer->rows.empty()) return std::nullopt;
    const auto& row = answer->rows[0];
    const auto time = [](const SqlValue& value) {
        return LeaseTime{std::chrono::seconds{static_cast<std::int64_t>(to_number(value))}};
    };
    return Registration{.server_id = to_number(row[0]),
                        .name = row[1].value_or(""),
                        .epoch = to_number(row[2]),
                        .released = row[3] == "1",
                        .registered_at = time(row[4]),
                        .last_seen = time(row[5]),
                        .now = time(row[6])};
}

StoreResult<std::uint64_t> register_server(SqlConnection& connection, Family family,
                                           const ServerIdentity& self, std::optional<std::uint64_t> held,
                                           bool exclusive) {
    for (int i = 0; i < tries_max; ++i) {
        const auto present = read_registration(connection, family);
        if (!present) return std::unexpected(present.error());
        if (held && *present) {
            if ((*present)->epoch != *held) return fenced(connection, *present);
            if (auto kept = keep(connection, family, *held, "0"); !kept) return std::unexpected(kept.error());
            return *held;
        }
        const bool taken = exclusive && *present && !(*present)->released;
        if (taken && (*present)->server_id != self.server_id) return in_use(connection, family, **present);
        if (taken && (*present)->name == self.name) return ours_already(connection);
        const auto epoch = try_to_register(connection, family, self, *present, held.value_or(0));
        if (!epoch) return std::unexpected(epoch.error());
        if (*epoch) return **epoch;
    }
    return std::unexpected(
        StoreError{StoreErrc::unavailable, connection.where() + ": several servers register here at once"});
}

StoreError taken_over(SqlConnection& connection, Family family) {
    const auto now = read_registration(connection, family);
    return now ? fenced(connection, *now).error() : now.error();
}

StoreResult<void> refresh_registration(SqlConnection& connection, Family family, std::uint64_t epoch) {
    return keep(connection, family, epoch, "0");
}

StoreResult<void> release_registration(SqlConnection& connection, Family family, std::uint64_t epoch) {
    return keep(connection, family, epoch, "1");
}

StoreResult<std::optional<Registration>> take_over(SqlConnection& connection, Family family,
                                                   const ServerIdentity& self) {
    for (int i = 0; i < tries_max; ++i) {
        auto present = read_registration(connection, family);
        if (!present) return present;
        const auto epoch = try_to_register(connection, family, self, *present, 0);
        if (!epoch) return std::unexpected(epoch.error());
        if (*epoch) return present;
    }
    return std::unexpected(StoreError{
        StoreErrc::unavailable, connection.where() + ": its registration changes all the time; try again"});
}

std::string describe(const Registration& registration) {
    const auto silence = (registration.now - registration.last_seen).count();
    return "server " + std::to_string(registration.server_id) + " on host " + registration.name + ", seen " +
           std::to_string(std::max<std::int64_t>(silence, 0)) + " s ago";
}

}  // namespace leasehold
