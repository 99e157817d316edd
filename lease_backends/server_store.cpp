// See the header. Nothing here knows a dialect; what a call costs on the wire is the session's part.
#include "lease_backends/server_store.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "lease_backends/lease_columns.hpp"
#include "lease_backends/migrations.hpp"
#include "lease_backends/registry.hpp"

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

/// Creating or upgrading a schema may take longer than opening may; cancel() ends it all the same.
constexpr std::chrono::hours migration_time_max{1};
constexpr std::chrono::seconds farewell_time_max{2};

}  // namespace

ServerStore::ServerStore(BackendConfig config, MakeSession make_session)
    : config_{std::move(config)},
      make_session_{std::move(make_session)},
      session_{make_session_(config_)},
      random_{std::random_device{}()} {}

ServerStore::~ServerStore() {
    close();
}

std::string ServerStore::describe() const {
    return leasehold::describe(config_);
}

// --- opening

StoreResult<Opened> ServerStore::open(Deadline deadline) {
    session_->disconnect();
    drop_read_ahead();
    cancelled_ = false;
    healthy_ = false;
    deadline_ = deadline;
    Opened opened;
    opened.read_only = config_.readonly;
    const auto failure = [&](const StoreError& error) {
        session_->disconnect();
        return std::unexpected(error);
    };
    if (auto done = connect_somewhere(opened); !done) return failure(done.error());
    if (auto done = check_schema(opened); !done) return failure(done.error());
    if (auto done = register_here(); !done) return failure(done.error());
    const auto newest = session_->newest_cltt(config_.family);
    if (!newest)
        return failure(to_store_error(newest.error(), session_->where(), "reading the newest lease"));
    opened.newest_cltt = *newest;
    healthy_ = true;
    return opened;
}

StoreResult<void> ServerStore::connect_somewhere(Opened& opened) {
    auto connected = connect_to_a_host(*session_, config_, host_, deadline_, cancelled_);
    if (!connected) return std::unexpected(connected.error());
    use(*connected);
    ServerTraits& traits = connected->traits;
    opened.notices.push_back("connected to " + session_->where() + ", " + traits.version +
                             (traits.encryption.empty() ? ", not encrypted" : ", " + traits.encryption));
    opened.lacks_encryption = traits.encryption.empty() && config_.server.tls.wanted() &&
                              config_.server.tls.mode != SslMode::prefer &&
                              config_.server.tls.mode != SslMode::disable &&
                              !config_.server.hosts[host_].name.starts_with('/');
    opened.warnings = std::move(traits.notices);
    return {};
}

void ServerStore::use(const HostConnection& connected) {
    host_ = connected.host;
    batch_changes_max_ = batch_limit_ = connected.traits.batch_changes_max;
}

/// Asks for everything that serving needs and touches no row: a user without a right is found out now.
StoreResult<void> ServerStore::prove_rights(LeaseSession& session, bool readonly) {
    constexpr std::array statements{
        "SELECT version FROM lease LIMIT 1", "UPDATE lease SET version = version WHERE 1 = 0",
        "DELETE FROM lease WHERE 1 = 0", "INSERT INTO lease SELECT * FROM lease WHERE 1 = 0"};
    for (const char* const statement : std::span{statements}.first(readonly ? 1 : statements.size()))
        if (const auto done = session.query(statement); !done)
            return std::unexpected(
                to_store_error(done.error(), session.where(), "using the leases as the new user"));
    return {};
}

/// The new connection stands before the old one goes. Schema and registration are those of the same database.
StoreResult<void> ServerStore::renew(const BackendConfig& config, Deadline deadline) {
    auto session = make_session_(config);
    const bool open = session_->connected();
    if (open) {
        const auto connected = connect_to_a_host(*session, config, 0, deadline, cancelled_);
        if (!connected) return std::unexpected(connected.error());
        session->set_deadline(deadline);
        if (auto allowed = prove_rights(*session, config.readonly); !allowed) return allowed;
        use(*connected);
    } else {
        host_ = 0;
    }
    drop_read_ahead();
    config_ = config;
    {
        const std::lock_guard lock{session_mutex_};
        session_.swap(session);
    }
    session->disconnect();
    return {};
}

StoreResult<void> ServerStore::check_schema(Opened& opened) {
    const AutoMigrate policy =
        config_.readonly ? AutoMigrate::never : config_.auto_migrate.value_or(AutoMigrate::when_empty);
    session_->set_deadline(policy == AutoMigrate::never ? deadline_ : Clock::now() + migration_time_max);
    auto schema = prepare_schema(*session_, policy);
    session_->set_deadline(deadline_);
    if (!schema) return std::unexpected(schema.error());
    opened.schema_version = schema->version;
    opened.notices.insert(opened.notices.end(), schema->notices.begin(), schema->notices.end());
    return {};
}

StoreResult<void> ServerStore::register_here() {
    if (config_.readonly || !config_.exclusive) return {};
    if (config_.server_id == 0)
        return std::unexpected(StoreError{
            StoreErrc::configuration,
            describe() + ": this server has no number to register under; set server-id in the configuration, "
                         "or make the data directory writable, where one is kept"});
    const auto epoch = register_server(*session_, config_.family, identity_of(config_.server_id), epoch_);
    if (!epoch) return std::unexpected(epoch.error());
    epoch_ = *epoch;
    seen_next_ = Clock::now() + registration_interval;
    return {};
}

/// Only a store that is well can still say good-bye: after a failure the registration stays for the next
/// open.
void ServerStore::close() {
    drop_read_ahead();
    if (healthy_ && epoch_ && session_->connected()) {
        session_->set_deadline(Clock::now() + farewell_time_max);
        // Best effort: what it costs to fail is one `leasehold db takeover` if another server comes next.
        [[maybe_unused]] const auto released = release_registration(*session_, config_.family, *epoch_);
        epoch_.reset();
    }
    healthy_ = false;
    session_->disconnect();
}

void ServerStore::cancel() noexcept {
    cancelled_ = true;
    const std::lock_guard lock{session_mutex_};
    session_->cancel();
}

StoreResult<void> ServerStore::begin_call(Deadline deadline) {
    deadline_ = deadline;
    session_->set_deadline(deadline);
    if (!session_->connected())
        return std::unexpected(StoreError{StoreErrc::unavailable, describe() + " is not open"});
    if (cancelled_)
        return std::unexpected(StoreError{StoreErrc::unavailable, describe() + ": the call was cancelled"});
    return {};
}

/// A right that is gone while a session stands was taken with a rotated user: new credentials may be there.
StoreError ServerStore::failed(const SqlError& error, std::string_view doing) {
    healthy_ = false;
    if (error.fault == SqlFault::fenced) return taken_over(*session_, config_.family);
    StoreError failure = to_store_error(error, session_->where(), doing);
    if (error.fault == SqlFault::permission) failure.code = StoreErrc::credentials;
    return failure;
}

// --- reading

StoreResult<std::vector<std::optional<Lease>>> ServerStore::find(std::span<const Prefix> addresses,
                                                                 Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    auto rows = find_rows(addresses);
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::optional<Lease>> found;
    found.reserve(addresses.size());
    for (const Prefix& address : addresses) {
        const auto row = rows->find(address);
        if (row == rows->end()) {
            found.emplace_back(std::nullopt);
        } else if (row->second) {
            found.emplace_back(*row->second);
        } else {
            return std::unexpected(StoreError{
                StoreErrc::rejected, session_->where() + ": the stored lease of " + to_string(address) +
                                         " cannot be read: " + row->second.error().detail});
        }
    }
    return found;
}

StoreResult<ServerStore::RowsByKey> ServerStore::find_rows(std::span<const Prefix> addresses) {
    std::vector<Prefix> keys{addresses.begin(), addresses.end()};
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    RowsByKey rows;
    for (std::size_t begin = 0; begin < keys.size(); begin += keys_per_find_max) {
        const auto part = std::span{keys}.subspan(begin, std::min(keys_per_find_max, keys.size() - begin));
        auto found = session_->find(part);
        if (!found) return std::unexpected(failed(found.error(), "reading leases"));
        for (StoredLease& row : *found) {
            const Prefix key = row ? row->address : row.error().address;
            rows.insert_or_assign(key, std::move(row));
        }
    }
    return rows;
}

StoreResult<ScanEnd> ServerStore::scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    if (after != ahead_after_) drop_read_ahead();
    ahead_after_ = after;
    ScanEnd end;
    for (;;) {
        if (ahead_next_ == ahead_.size()) {
            if (ahead_complete_) {
                drop_read_ahead();
                return end;
            }
            if (auto read = read_ahead(); !read) return std::unexpected(read.error());
            continue;
        }
        StoredLease& row = ahead_[ahead_next_++];
        bool more = true;
        if (row) {
            ++end.rows;
            ahead_after_ = row->address;
            more = sink.row(std::move(*row));
        } else {
            ++end.unreadable;
            if (row.error().address != Prefix{}) {
                ahead_after_ = row.error().address;
                more = sink.unreadable(std::move(row.error()));
            }
        }
        if (!more) return end;
    }
}

StoreResult<std::optional<IdentitiesPage>> ServerStore::scan_identities(std::optional<Prefix> after,
                                                                        std::size_t rows_max, Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    auto page = session_->identities(config_.family, after, rows_max);
    if (!page) return std::unexpected(failed(page.error(), "reading whose the leases are"));
    const bool stuck = *page && !(*page)->complete && !(*page)->last;  // nothing but damaged keys: no way past them
    if (stuck) return std::nullopt;
    return std::move(*page);
}

/// @pre what was read before is used up
StoreResult<void> ServerStore::read_ahead() {
    auto rows = session_->page(config_.family, ahead_after_, ahead_rows_, std::move(ahead_));
    if (!rows) {
        drop_read_ahead();
        return std::unexpected(failed(rows.error(), "reading the leases"));
    }
    ahead_ = std::move(*rows);
    ahead_next_ = 0;
    ahead_complete_ = ahead_.size() < ahead_rows_;
    const auto has_key = [](const StoredLease& row) { return row || row.error().address != Prefix{}; };
    if (!ahead_complete_ && std::ranges::none_of(ahead_, has_key))
        return std::unexpected(StoreError{
            StoreErrc::corrupt,
            session_->where() + ": " + std::to_string(ahead_.size()) + " rows in a row have damaged keys"});
    ahead_rows_ = std::min(ahead_rows_ * 2, read_ahead_max);
    return {};
}

void ServerStore::drop_read_ahead() {
    ahead_.clear();
    ahead_next_ = 0;
    ahead_after_.reset();
    ahead_complete_ = false;
    ahead_rows_ = read_ahead_min;
}

StoreResult<void> ServerStore::probe(Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return ready;
    if (epoch_ && Clock::now() >= seen_next_) return refresh();
    // A table, not a constant: a server without quorum answers SELECT 1.
    if (const auto touched = session_->query("SELECT version FROM lease LIMIT 1"); !touched)
        return std::unexpected(failed(touched.error(), "reading from it"));
    return {};
}

StoreResult<void> ServerStore::between_commits(bool, Deadline deadline) {
    if (!epoch_ || Clock::now() < seen_next_) return {};
    if (auto ready = begin_call(deadline); !ready) return ready;
    return refresh();
}

StoreResult<void> ServerStore::refresh() {
    seen_next_ = Clock::now() + registration_interval;
    auto refreshed = refresh_registration(*session_, config_.family, *epoch_);
    if (!refreshed) healthy_ = false;
    return refreshed;
}

// --- writing

StoreResult<std::vector<RowResult>> ServerStore::commit(std::span<const ChangeList> lists,
                                                        Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    drop_read_ahead();  // it is older than what is written now
    std::vector<RowResult> results;
    std::vector<PlannedList> planned;
    for (const ChangeList& list : lists) {
        PlannedList storable;
        for (const Change& change : list) {
            const auto* const put = std::get_if<Put>(&change);
            auto problem = put == nullptr ? std::nullopt : why_not_storable(put->lease);
            if (!problem) storable.push_back({&change, results.size()});
            // Whatever is not told otherwise below was not applied.
            results.push_back({problem ? Outcome::rejected : Outcome::lost, {}, problem.value_or("")});
        }
        if (!storable.empty()) planned.push_back(std::move(storable));
    }
    if (auto done = commit_lists(planned, results); !done) return std::unexpected(done.error());
    if (auto done = find_winners(planned, results); !done) {
        done.error().code = StoreErrc::in_doubt;  // the transactions stand
        return std::unexpected(done.error());
    }
    return results;
}

/// One transaction, unless this server takes smaller ones or collisions ask for it; a list is never split.
StoreResult<void> ServerStore::commit_lists(std::span<const PlannedList> lists,
                                            std::vector<RowResult>& results) {
    int collisions = 0;
    for (std::size_t next = 0; next < lists.size();) {
        PlannedList together = lists[next];
        std::size_t end = next + 1;
        for (; end < lists.size() && together.size() + lists[end].size() <= batch_limit_; ++end)
            together.insert(together.end(), lists[end].begin(), lists[end].end());

        auto done = commit_together(together, results);
        if (done) {
            next = end;
            collisions = 0;
            batch_limit_ = std::min(batch_limit_ + 8, batch_changes_max_);
            continue;
        }
        if (done.error().fault == SqlFault::conflict && ++collisions < conflict_tries && !cancelled_) {
            batch_limit_ = std::max<std::size_t>(together.size() / 2, 1);
            wait_a_little(collisions);
            continue;
        }
        StoreError error = failed(done.error(), "storing leases");
        if (next > 0 && error.code != StoreErrc::fenced) error.code = StoreErrc::in_doubt;
        return std::unexpected(std::move(error));
    }
    return {};
}

SqlResult<void> ServerStore::commit_together(std::span<const PlannedChange> changes,
                                             std::vector<RowResult>& results) {
    auto done = apply(changes, Finish::commit, results);
    if (done || done.error().fault != SqlFault::data) return done;

    // The database refuses a row that fits our columns: somebody's own constraint. Which one, is tried out.
    if (auto marked = mark_refused(changes, results); !marked) return marked;
    PlannedList others;
    for (const PlannedChange& change : changes)
        if (results[change.at].outcome != Outcome::rejected) others.push_back(change);
    return others.empty() ? SqlResult<void>{} : apply(others, Finish::commit, results);
}

SqlResult<void> ServerStore::mark_refused(std::span<const PlannedChange> changes,
                                          std::vector<RowResult>& results) {
    std::vector<RowResult> unused(results.size());
    const auto tried = apply(changes, Finish::roll_back, unused);
    if (tried) return {};
    if (tried.error().fault != SqlFault::data) return tried;
    if (changes.size() == 1) {
        results[changes[0].at] = {
            Outcome::rejected, std::nullopt,
            to_store_error(tried.error(), session_->where(),
                           "storing the lease of " + to_string(address_of(*changes[0].change)))
                .detail};
        return {};
    }
    const auto half = changes.size() / 2;
    if (auto first = mark_refused(changes.first(half), results); !first) return first;
    return mark_refused(changes.subspan(half), results);
}

SqlResult<void> ServerStore::apply(std::span<const PlannedChange> changes, Finish finish,
                                   std::vector<RowResult>& results) {
    const auto groups = plan_groups(changes);
    const auto applied = session_->apply(groups, Fence{config_.family, epoch_.value_or(0)}, finish);
    if (!applied) return std::unexpected(applied.error());
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (std::size_t i = 0; i < groups[group].at.size(); ++i)
            results[groups[group].at[i]].outcome = (*applied)[group][i] ? Outcome::applied : Outcome::lost;
    return {};
}

/// With a second statement: in the same one a loser would see what stood before the winner came.
StoreResult<void> ServerStore::find_winners(std::span<const PlannedList> lists,
                                            std::vector<RowResult>& results) {
    std::vector<PlannedChange> losers;
    std::vector<Prefix> keys;
    for (const PlannedList& list : lists) {
        for (const PlannedChange& change : list) {
            if (results[change.at].outcome != Outcome::lost) continue;
            losers.push_back(change);
            keys.push_back(address_of(*change.change));
        }
    }
    if (losers.empty()) return {};
    auto rows = find_rows(keys);
    if (!rows) return std::unexpected(rows.error());
    for (const PlannedChange& loser : losers) {
        const auto row = rows->find(address_of(*loser.change));
        RowResult& result = results[loser.at];
        if (row ==
            rows->end()) {  // an Erase of what is gone is applied; a Put lost to one that is gone again
            if (std::holds_alternative<Erase>(*loser.change)) result = {};
        } else if (row->second) {
            result.current = *row->second;
        } else {
            result = {Outcome::rejected, std::nullopt, row->second.error().detail};
        }
    }
    return {};
}

/// So that two servers that collide do not do so again in step.
void ServerStore::wait_a_little(int attempt) {
    std::uniform_int_distribution<int> microseconds{0, 500 << attempt};
    std::this_thread::sleep_for(std::chrono::microseconds{microseconds(random_)});
}

}  // namespace leasehold
