// See the header. Leases that come in are collected in a temporary file first, so that a source is read to
// its end, and known to be in order, before the database is touched.
#include "control/transfer_tools.hpp"

#include <atomic>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>

#include "control/lease_dump.hpp"
#include "control/lease_sources.hpp"
#include "control/lease_transfer.hpp"
#include "control/tool_database.hpp"
#include "lease_backends/lease_snapshot.hpp"
#include "lease_backends/new_file.hpp"
#include "lease_backends/sqlite_snapshot.hpp"

namespace leasehold {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

/// The first signal ends the work in order, the second one the process.
void watch_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = SA_RESETHAND | SA_RESTART;
    for (const int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, with a message
}

int status_of(ExitCode code) {
    return static_cast<int>(code);
}

int fail(const ToolStreams& streams, const ToolError& error) {
    streams.err << error.text << "\n";
    return status_of(error.code);
}
int fail(const ToolStreams& streams, const StoreError& error) {
    return fail(streams, tool_error(error).error());
}

std::string number(std::uint64_t count) {
    return std::to_string(count);
}

void name_refusals(const ToolStreams& streams, const Refusals& refusals) {
    for (const std::string& text : refusals.named) streams.err << text << "\n";
    if (!refusals.named.empty() && refusals.count > refusals.named.size())
        streams.err << "... and " << refusals.count - refusals.named.size() << " more\n";
}

/// What import-kea and leases load have in common: everything but the source.
struct Incoming {
    std::uint64_t refusals_max = 0;
    bool dry_run = false;
    bool keeps_writer = false;  // last_writer as the source has it; else this server's number
    std::function<StoreResult<SourceReport>(LeaseStage&, Progress&)> read;
};

class IncomingTool {
public:
    IncomingTool(BackendConfig database, const Incoming& incoming, const ToolStreams& streams)
        : database_{std::move(database)}, incoming_{incoming}, streams_{streams} {}

    int run() {
        if (auto known = know_server_id(database_, !incoming_.dry_run); !known)
            return fail(streams_, known.error());
        if (auto free = check_nobody_serves(database_); !free) return fail(streams_, free.error());
        if (const auto left = journal_notice(database_)) streams_.err << "warning: " << *left << "\n";
        auto stage = LeaseStage::make();
        if (!stage) return fail(streams_, stage.error());
        Progress reading{streams_.progress, "reading", "rows"};
        auto source = incoming_.read(*stage, reading);
        if (!source) return fail_source(source.error());
        if (auto complete = stage->complete(); !complete) return fail(streams_, complete.error());
        const auto leases = stage->count();
        if (!leases) return fail(streams_, leases.error());

        for (const std::string& notice : source->notices) streams_.err << notice << "\n";
        name_refusals(streams_, source->refusals);
        streams_.out << "read " << source->rows << " row(s) from " << source->from << ": " << *leases
                     << " lease(s), " << source->refusals.count << " row(s) cannot be read\n";
        if (source->refusals.count > incoming_.refusals_max) {
            streams_.err << "Nothing was written. Correct or remove these rows, or go on without them with "
                            "--max-row-errors "
                         << source->refusals.count << "\n";
            return status_of(ExitCode::data);
        }
        if (interrupted) return fail(streams_, {ExitCode::unexpected, "interrupted; nothing was written"});
        return write(*stage, *leases, incoming_.refusals_max - source->refusals.count);
    }

private:
    /// What is wrong with the source's content is data, not this program's configuration.
    int fail_source(const StoreError& error) const {
        if (error.code != StoreErrc::configuration && error.code != StoreErrc::rejected)
            return fail(streams_, error);
        return fail(streams_, {ExitCode::data, error.detail});
    }

    int write(LeaseStage& stage, std::uint64_t leases, std::uint64_t refusals_max) {
        auto target = incoming_.dry_run ? open_for_looking(database_) : open_for_writing(database_);
        if (!target) return fail(streams_, target.error());
        Progress writing{streams_.progress, incoming_.dry_run ? "comparing" : "writing", "leases", leases};
        LeaseTransfer transfer{target->get(),
                               {.writes = !incoming_.dry_run,
                                .writer = incoming_.keeps_writer ? 0 : database_.server_id,
                                .refusals_max = refusals_max},
                               writing};
        transfer.interrupt_when(interrupted);
        const auto scanned = stage.scan(transfer);
        const auto finished = transfer.finish();
        if (*target) (*target)->close();
        name_refusals(streams_, transfer.refusals());
        summarize(transfer);
        if (!scanned) return fail(streams_, scanned.error());
        return finished ? status_of(ExitCode::normal) : fail_midway(finished.error(), transfer, leases);
    }

    void summarize(const LeaseTransfer& transfer) const {
        const TransferCounts& counts = transfer.counts();
        const char* const would = incoming_.dry_run ? "would be " : "";
        streams_.out << describe(database_) << ": " << counts.added << " lease(s) " << would << "added, "
                     << counts.replaced << " older one(s) " << would << "replaced, " << counts.kept
                     << " as new or newer " << would << "kept, " << transfer.refusals().count
                     << " cannot be stored" << (incoming_.dry_run ? "; nothing was written (--dry-run)" : "")
                     << "\n";
    }

    int fail_midway(const StoreError& error, const LeaseTransfer& transfer, std::uint64_t leases) const {
        std::string text = error.detail;
        if (!incoming_.dry_run)
            text += "\nIt ended after " + number(transfer.counts().done()) + " of " + number(leases) +
                    " leases. What was written stays; the same command goes on from there.";
        if (interrupted) return fail(streams_, {ExitCode::unexpected, text});
        if (error.code == StoreErrc::rejected) return fail(streams_, {ExitCode::data, text});
        return fail(streams_, StoreError{error.code, text});
    }

    BackendConfig database_;
    const Incoming& incoming_;
    const ToolStreams& streams_;
};

int run_tool(const ImportKeaArguments& arguments, const ToolStreams& streams) {
    auto database = database_of(arguments.file, arguments.family);
    if (!database) return fail(streams, database.error());
    const Family family = database->family;
    Incoming incoming{.refusals_max = arguments.max_row_errors, .dry_run = arguments.dry_run, .read = {}};
    if (!arguments.csv.empty()) {
        incoming.read = [&](LeaseStage& stage, Progress& progress) {
            return stage_kea_files(arguments.csv, family, stage, progress);
        };
        return IncomingTool{std::move(*database), incoming, streams}.run();
    }
    auto kea = kea_database_of(arguments.url, arguments.password_file, family);
    if (!kea) return fail(streams, kea.error());
    incoming.read = [&](LeaseStage& stage, Progress& progress) {
        return stage_kea_tables(*kea, stage, progress);
    };
    return IncomingTool{std::move(*database), incoming, streams}.run();
}

int run_tool(const LeasesLoadArguments& arguments, const ToolStreams& streams) {
    auto database = database_of(arguments.file, arguments.family);
    if (!database) return fail(streams, database.error());
    std::ifstream file;
    const bool is_standard = arguments.in == "-";
    if (!is_standard) file.open(arguments.in, std::ios::binary);
    if (!is_standard && !file)
        return fail(streams,
                    {ExitCode::unexpected, arguments.in + ": cannot be opened: " + std::strerror(errno)});
    std::istream& input = is_standard ? streams.in : file;
    const std::string name = is_standard ? "standard input" : arguments.in;
    const Family family = database->family;
    const Incoming incoming{.refusals_max = arguments.max_row_errors,
                            .dry_run = arguments.dry_run,
                            .keeps_writer = arguments.format == DumpFormat::json,
                            .read = [&](LeaseStage& stage, Progress& progress) {
                                return arguments.format == DumpFormat::json
                                           ? stage_lease_lines(input, name, family, stage, progress)
                                           : stage_kea_text(input, name, family, stage, progress);
                            }};
    return IncomingTool{std::move(*database), incoming, streams}.run();
}

/// @return the exit status; what was written goes to standard error, since the leases may go to the other
int write_dump(const BackendConfig& database, DumpFormat format, std::ostream& out,
               const ToolStreams& streams) {
    Progress progress{streams.progress, "writing", "leases"};
    if (const auto left = journal_notice(database)) streams.err << "warning: " << *left << "\n";
    LeaseDump dump{out, format, database.family, progress};
    const auto scanned = scan_snapshot(database, dump);
    if (!scanned) return fail(streams, scanned.error());
    out.flush();
    if (!out) return fail(streams, {ExitCode::unexpected, "The dump is not whole: writing it failed"});
    name_refusals(streams, dump.refusals());
    streams.err << dump.written() << " lease(s) of " << describe(database) << " written";
    if (scanned->unreadable > 0) streams.err << ", " << scanned->unreadable << " cannot be read";
    if (dump.without_lifetime() > 0)
        streams.err << ", " << dump.without_lifetime()
                    << " released one(s) left out: Kea's format has no place for them";
    streams.err << "\n";
    return status_of(scanned->unreadable > 0 ? ExitCode::data : ExitCode::normal);
}

int run_tool(const LeasesDumpArguments& arguments, const ToolStreams& streams) {
    const auto database = database_of(arguments.file, arguments.family);
    if (!database) return fail(streams, database.error());
    if (arguments.out == "-") return write_dump(*database, arguments.format, streams.out, streams);

    auto file = NewFile::make(arguments.out);
    if (!file) return fail(streams, file.error());
    std::ofstream out{file->temporary_name(), std::ios::binary};
    const int status = write_dump(*database, arguments.format, out, streams);
    if (status != status_of(ExitCode::normal) && status != status_of(ExitCode::data)) return status;
    if (auto finished = file->finish(); !finished) return fail(streams, finished.error());
    return status;
}

int run_tool(const BackupArguments& arguments, const ToolStreams& streams) {
    const auto database = database_of(arguments.file, std::nullopt);
    if (!database) return fail(streams, database.error());
    if (database->type != BackendType::sqlite)
        return fail(streams, {ExitCode::configuration,
                              describe(*database) + " is not a SQLite file. Back it up with the tools of its "
                                                    "server, such as pg_dump or mariadb-dump, or with "
                                                    "leasehold leases dump"});
    if (const auto left = journal_notice(*database)) streams.err << "warning: " << *left << "\n";
    auto snapshot = SqliteSnapshot::open(*database);
    if (!snapshot) return fail(streams, snapshot.error());
    Progress progress{streams.progress, "copying", "pages"};
    const auto octets = snapshot->copy_to(arguments.out, [&](std::uint64_t done, std::uint64_t total) {
        progress.set_total(total);
        progress.set(done);
        return !interrupted;
    });
    if (!octets) return fail(streams, octets.error());
    streams.out << describe(*database) << " was copied to " << arguments.out << ", " << *octets
                << " octets, and the copy was checked\n";
    return status_of(ExitCode::normal);
}

}  // namespace

int run_transfer(const TransferArguments& arguments, const ToolStreams& streams) {
    watch_signals();
    return std::visit([&](const auto& tool) { return run_tool(tool, streams); }, arguments);
}

}  // namespace leasehold
