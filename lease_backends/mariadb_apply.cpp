// How MariaDB applies a batch, and how it is known which rows were applied.
//
// Each row that is put carries a token of its own, write_id. The statement takes it over where the condition
// holds, so the token that stands there afterwards tells whether the row is ours, also when a row with the
// same content stood there already.
#include <algorithm>
#include <cstring>

#include "lease_backends/mariadb_session.hpp"

namespace leasehold {
namespace {

using Verdicts = std::vector<bool>;

constexpr std::chrono::seconds fence_interval{1};
constexpr std::size_t rows_per_statement_max = 4096;

std::unexpected<SqlError> pass_on(SqlError& error) {
    return std::unexpected(std::move(error));
}

const Prefix& key_of(const Put* put) {
    return put->lease.address;
}
const Prefix& key_of(const Erase* erase) {
    return erase->address;
}

/// The place of a key among changes that are sorted by it; their number: none has it.
template <class T>
std::size_t place_of(std::span<const T* const> changes, const Prefix& key) {
    const auto found = std::ranges::lower_bound(changes, key, {}, [](const T* one) { return key_of(one); });
    const auto place = static_cast<std::size_t>(found - changes.begin());
    return found != changes.end() && key_of(*found) == key ? place : changes.size();
}

/// A row of text values that begins with address and prefix_length.
std::optional<Prefix> key_of(const std::vector<SqlValue>& row) {
    Prefix key;
    if (row.size() < 2 || !row[0] || !row[1] || row[0]->size() != key.address.bytes.size())
        return std::nullopt;
    std::memcpy(key.address.bytes.data(), row[0]->data(), key.address.bytes.size());
    key.length = static_cast<std::uint8_t>(std::strtoul(row[1]->c_str(), nullptr, 10));
    return key;
}

SqlError not_answered() {
    return {SqlFault::lost, "",
            "the server did not say of each row whether it was applied; a proxy may stand between", true};
}

}  // namespace

/// Another server that took the database over is noticed within a second, and on each new connection.
SqlResult<void> MariadbSession::check_fence(const Fence& fence) {
    const auto now = std::chrono::steady_clock::now();
    if (fence.epoch == 0 || (fence_checked_ && now - *fence_checked_ < fence_interval)) return {};
    auto rows = connection_.query("SELECT epoch, server_id, name FROM server_registry WHERE family = " +
                                  std::string{fence.family == Family::v4 ? "4" : "6"});
    if (!rows) return pass_on(rows.error());
    const auto ours = std::to_string(static_cast<std::int64_t>(fence.epoch));
    if (rows->rows.empty())
        return std::unexpected(
            SqlError{SqlFault::fenced, "", "this server's registration is gone from server_registry", false});
    const auto& row = rows->rows[0];
    if (row[0] != ours)
        return std::unexpected(SqlError{
            SqlFault::fenced, "",
            "server " + row[1].value_or("") + " on host " + row[2].value_or("") + " took this database over",
            false});
    fence_checked_ = now;
    return {};
}

SqlResult<std::vector<std::vector<bool>>> MariadbSession::apply(std::span<const ChangeGroup> groups,
                                                                const Fence& fence, Finish finish) {
    if (!connected()) return std::unexpected(connection_.gave_up());
    if (auto done = read_what_peers_wrote(false); !done) return pass_on(done.error());

    if (finish == Finish::commit && is_one_statement(groups)) {
        if (auto alone = check_fence(fence); !alone) return pass_on(alone.error());
        auto applied = apply_all(groups);
        if (!applied && applied.error().fault == SqlFault::lost) applied.error().may_be_applied = true;
        return applied;
    }

    if (auto begun = run("START TRANSACTION"); !begun) return pass_on(begun.error());
    auto applied = [&]() -> SqlResult<std::vector<Verdicts>> {
        if (auto alone = check_fence(fence); !alone) return pass_on(alone.error());
        return apply_all(groups);
    }();
    // A lock that timed out leaves the transaction open, with what came before it.
    if (!applied || finish == Finish::roll_back) {
        if (applied || connected()) {
            auto undone = run("ROLLBACK");
            if (applied && !undone) return pass_on(undone.error());
            if (!undone) disconnect();
        }
        return applied;
    }
    // A transaction that is gone was aborted on the way, whatever its statements said: COMMIT of nothing is
    // OK.
    if (!connection_.in_transaction())
        return std::unexpected(SqlError{SqlFault::conflict, "", "the server ended the transaction", false});
    // On Galera the cluster may still refuse: nothing is won before this has come back.
    if (auto committed = commit(); !committed) return pass_on(committed.error());
    return applied;
}

SqlResult<void> MariadbSession::commit() {
    auto done = run("COMMIT");
    if (done) return {};
    SqlError error = std::move(done.error());
    if (error.fault == SqlFault::conflict) {
        if (connected() && !run("ROLLBACK")) disconnect();
        return pass_on(error);
    }
    // Whatever else a COMMIT fails with, only the rows tell what became of it.
    disconnect();
    error.fault = SqlFault::lost;
    error.may_be_applied = true;
    return pass_on(error);
}

/// Then it is a transaction by itself, in one round trip. Never on Galera, which takes no arrays: what a
/// statement gave back can still be refused after it was read, so there its transaction is written out.
bool MariadbSession::is_one_statement(std::span<const ChangeGroup> groups) const {
    return arrays_ && groups.size() == 1 && chunk_size(groups[0], 0) == groups[0].at.size();
}

std::size_t MariadbSession::chunk_size(const ChangeGroup& group, std::size_t begin) const {
    const std::size_t left = std::min(group.at.size() - begin, rows_per_statement_max);
    if (group.sort == ChangeGroup::Sort::erase) return left;
    std::size_t octets = 0, count = 0;
    for (; count < left; ++count) {
        octets += row_size_max(group.puts[begin + count]->lease);
        if (octets > statement_size_max_ && count > 0) break;
    }
    return count;
}

SqlResult<std::vector<Verdicts>> MariadbSession::apply_all(std::span<const ChangeGroup> groups) {
    std::vector<Verdicts> all;
    all.reserve(groups.size());
    for (const ChangeGroup& group : groups) {
        Verdicts& applied = all.emplace_back(group.at.size(), false);
        if (auto done = apply_group(group, applied); !done) return pass_on(done.error());
    }
    return all;
}

SqlResult<void> MariadbSession::apply_group(const ChangeGroup& group, Verdicts& applied) {
    std::size_t count = 0;
    for (std::size_t first = 0; first < applied.size(); first += count) {
        count = chunk_size(group, first);
        SqlResult<void> done;
        if (group.sort == ChangeGroup::Sort::erase)
            done = erase(std::span{group.erases}.subspan(first, count), applied, first);
        else if (arrays_)
            done = put_arrays(group, std::span{group.puts}.subspan(first, count), applied, first);
        else
            done = put_text(group, std::span{group.puts}.subspan(first, count), applied, first);
        if (!done) return done;
    }
    return {};
}

SqlResult<void> MariadbSession::put_arrays(const ChangeGroup& group, std::span<const Put* const> puts,
                                           Verdicts& applied, std::size_t first) {
    const bool takes_over = group.sort == ChangeGroup::Sort::take_over;
    MariadbStatement& statement = takes_over ? take_over_ : put_;
    if (!statement.prepared()) {
        const PutSql sql = mariadb_put_sql(takes_over ? "?" : "");
        std::string places = "(?";
        for (std::size_t i = 0; i < lease_columns.size(); ++i) places += ", ?";
        auto done = statement.prepare(sql.head + places + ")" + sql.tail +
                                      " RETURNING address, prefix_length, write_id");
        if (!done) return done;
    }
    const std::uint64_t first_write_id = std::exchange(next_write_id_, next_write_id_ + puts.size());
    PutArrays arrays{puts, static_cast<std::int64_t>(first_write_id),
                     takes_over ? std::optional{group.held_before} : std::nullopt};
    auto done = statement.execute(arrays.parameters(), static_cast<unsigned>(puts.size()), verdict_.binds);
    if (!done) return done;
    std::size_t answered = 0;
    for (;;) {
        auto more = statement.fetch();
        if (!more) return pass_on(more.error());
        if (!*more) break;
        const std::size_t place = place_of(puts, verdict_.key());
        if (place == puts.size()) continue;
        ++answered;
        applied[first + place] = static_cast<std::uint64_t>(verdict_.write_id) == first_write_id + place;
    }
    if (done = statement.finish(); !done) return done;
    if (answered == puts.size()) return {};
    arrays_ = false;
    disconnect();
    return std::unexpected(not_answered());
}

SqlResult<void> MariadbSession::put_text(const ChangeGroup& group, std::span<const Put* const> puts,
                                         Verdicts& applied, std::size_t first) {
    const PutSql sql =
        mariadb_put_sql(group.sort == ChangeGroup::Sort::take_over ? std::to_string(group.held_before) : "");
    const std::uint64_t first_write_id = std::exchange(next_write_id_, next_write_id_ + puts.size());
    std::string text = sql.head;
    std::vector<Prefix> keys;
    keys.reserve(puts.size());
    for (std::size_t i = 0; i < puts.size(); ++i) {
        if (i > 0) text += ", ";
        append_row(text, puts[i]->lease, static_cast<std::int64_t>(first_write_id + i));
        keys.push_back(key_of(puts[i]));
    }
    if (auto done = run(text + sql.tail); !done) return done;

    // The rows stay locked until the transaction ends: what is read is what stands there then.
    text = "SELECT address, prefix_length, write_id FROM lease WHERE ";
    append_keys(text, keys);
    auto rows = connection_.query(text);
    if (!rows) return pass_on(rows.error());
    for (const auto& row : rows->rows) {
        const auto key = key_of(row);
        const std::size_t place = key ? place_of(puts, *key) : puts.size();
        if (place == puts.size() || row.size() < 3) continue;
        const auto write_id = static_cast<std::int64_t>(first_write_id + place);
        applied[first + place] = row[2] == std::to_string(write_id);
    }
    return {};
}

SqlResult<void> MariadbSession::erase(std::span<const Erase* const> erases, Verdicts& applied,
                                      std::size_t first) {
    std::string those;
    append_erases(those, erases);
    // MySQL's DELETE does not tell which rows it found; locked, they stay until it has.
    auto rows = connection_.query(
        arrays_ ? "DELETE FROM lease WHERE " + those + " RETURNING address, prefix_length"
                : "SELECT address, prefix_length FROM lease WHERE " + those + " FOR UPDATE");
    if (!rows) return pass_on(rows.error());
    if (!arrays_ && !rows->rows.empty())
        if (auto done = run("DELETE FROM lease WHERE " + those); !done) return done;
    for (const auto& row : rows->rows) {
        const auto key = key_of(row);
        const std::size_t place = key ? place_of(erases, *key) : erases.size();
        if (place < erases.size()) applied[first + place] = true;
    }
    return {};
}

}  // namespace leasehold
