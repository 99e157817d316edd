// See the header.
#include "lease_backends/postgres_connection.hpp"

#include <signal.h>

#include <atomic>
#include <cassert>
#include <system_error>
#include <thread>

namespace leasehold {
namespace {

constexpr int background_cancels_max = 8;

std::string field(const PGresult& result, int code) {
    const char* const text = PQresultErrorField(&result, code);
    return text == nullptr ? std::string{} : text;
}

bool is_failure(const PGresult& result) {
    const auto status = PQresultStatus(&result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_NONFATAL_ERROR;
}

bool is_answer(const PGresult& result) {
    const auto status = PQresultStatus(&result);
    return status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE || status == PGRES_COMMAND_OK;
}

bool is_copy(const PGresult& result) {
    const auto status = PQresultStatus(&result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/// The server ended the statement and said so: it cannot have been committed. What a pooler may say of its
/// own connection (class 08, and 57P01 when it is stopped) leaves that open.
bool surely_not_applied(const SqlError& error) {
    return !error.code.empty() && !error.code.starts_with("08") && !error.code.starts_with("57P");
}

}  // namespace

// --- connecting

SqlResult<void> PostgresConnection::connect(const std::vector<PostgresParameter>& parameters,
                                            Deadline deadline) {
    disconnect();
    canceller_.renew();
    deadline_ = deadline;
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : parameters) {
        keywords.push_back(keyword);
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    handle_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!handle_) return std::unexpected(lost("out of memory"));
    // With this the code of an error stands in its text, the only form in which libpq gives it here.
    PQsetErrorVerbosity(handle_.get(), PQERRORS_VERBOSE);
    PQsetNoticeProcessor(
        handle_.get(), [](void*, const char*) {}, nullptr);  // not on standard error
    auto done = poll_connect();
    if (!done) {
        disconnect();
        return done;
    }
    PQsetnonblocking(handle_.get(), 1);
    return {};
}

SqlResult<void> PostgresConnection::poll_connect() {
    const auto failed = [&] {
        auto failure = read_connect_failure(PQerrorMessage(handle_.get()));
        return postgres_error(PostgresCall::connect, std::move(failure.sqlstate), std::move(failure.words));
    };
    if (PQstatus(handle_.get()) == CONNECTION_BAD) return std::unexpected(failed());
    Wanted wanted{.read = false, .write = true};
    for (;;) {
        // The descriptor may be another one after each poll: there are several addresses behind a name.
        switch (wait_for_socket(PQsocket(handle_.get()), wanted, deadline_, canceller_).outcome) {
            case Waited::ready: break;
            case Waited::cancelled: return std::unexpected(lost("the call was cancelled"));
            case Waited::deadline:
                return std::unexpected(lost(
                    "no answer in time; is the address right, and does a firewall let the port through?"));
            case Waited::failed: return std::unexpected(lost("the socket cannot be waited for"));
        }
        switch (PQconnectPoll(handle_.get())) {
            case PGRES_POLLING_OK: return {};
            case PGRES_POLLING_READING: wanted = {.read = true, .write = false}; break;
            case PGRES_POLLING_WRITING: wanted = {.read = false, .write = true}; break;
            case PGRES_POLLING_ACTIVE:
            case PGRES_POLLING_FAILED: return std::unexpected(failed());
        }
    }
}

// --- statements

SqlResult<void> PostgresConnection::run(const PostgresStatement& statement, PostgresCall call,
                                        const OnResult& on_result) {
    if (auto usable = ready(); !usable) return usable;
    if (!send(statement)) return std::unexpected(lost_by_libpq());
    in_flight_ = true;
    return finish_statement(call, on_result);
}

SqlResult<void> PostgresConnection::run_script(const std::string& sql) {
    if (auto usable = ready(); !usable) return usable;
    if (PQsendQuery(handle_.get(), sql.c_str()) == 0) return std::unexpected(lost_by_libpq());
    in_flight_ = true;
    return finish_statement(PostgresCall::statements, {});
}

SqlResult<void> PostgresConnection::run_together(const std::vector<PostgresStatement>& statements,
                                                 PostgresCall call, const OnResult& on_result) {
    if (auto usable = ready(); !usable) return usable;
    if (PQenterPipelineMode(handle_.get()) == 0) return std::unexpected(lost_by_libpq());
    for (const PostgresStatement& statement : statements)
        if (!send(statement)) return std::unexpected(lost_by_libpq());
    if (PQpipelineSync(handle_.get()) == 0) return std::unexpected(lost_by_libpq());
    in_flight_ = true;
    auto done = finish_pipeline(statements.size(), call, on_result);
    if (!connected()) return done;
    if (PQexitPipelineMode(handle_.get()) == 0) return std::unexpected(lost_by_libpq());
    if (!done && in_transaction()) {
        if (auto left = leave_transaction(); !left) return left;
    }
    return done;
}

SqlResult<void> PostgresConnection::ready() {
    if (!connected()) return std::unexpected(lost("not connected"));
    if (canceller_.cancelled()) return std::unexpected(lost("the call was cancelled"));
    return {};
}

bool PostgresConnection::send(const PostgresStatement& statement) {
    const auto count = statement.values.size();
    std::vector<const char*> values(count);
    std::vector<int> sizes(count), formats(count, statement.binary ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) {
        const SqlValue& value = statement.values[i];
        values[i] = value ? value->c_str() : nullptr;
        sizes[i] = value ? static_cast<int>(value->size()) : 0;
    }
    assert(statement.types.empty() || statement.types.size() == count);
    return PQsendQueryParams(handle_.get(), statement.sql.c_str(), static_cast<int>(count),
                             statement.types.empty() ? nullptr : statement.types.data(), values.data(),
                             sizes.data(), formats.data(), statement.binary ? 1 : 0) == 1;
}

/// @return nullptr: the statement has no more
SqlResult<PostgresConnection::ResultHandle> PostgresConnection::next_result() {
    for (;;) {
        const int unsent = PQflush(handle_.get());
        if (unsent < 0) return std::unexpected(lost_by_libpq());
        if (PQisBusy(handle_.get()) == 0) return ResultHandle{PQgetResult(handle_.get())};
        // Reading goes on while there is something to send: the server may stop taking until we take.
        const WaitEnd end = wait_for_socket(PQsocket(handle_.get()), {.read = true, .write = unsent > 0},
                                            deadline_, canceller_);
        switch (end.outcome) {
            case Waited::ready: break;
            case Waited::cancelled: return std::unexpected(lost("the call was cancelled"));
            case Waited::deadline: return std::unexpected(lost("no answer in time"));
            case Waited::failed: return std::unexpected(lost("the socket cannot be waited for"));
        }
        if (end.ready.read && PQconsumeInput(handle_.get()) == 0) return std::unexpected(lost_by_libpq());
    }
}

SqlResult<void> PostgresConnection::finish_statement(PostgresCall call, const OnResult& on_result) {
    SqlResult<void> end;
    for (;;) {
        auto result = next_result();
        if (!result) return std::unexpected(std::move(result.error()));
        if (*result == nullptr) {
            in_flight_ = false;
            return end;
        }
        if (is_copy(**result))  // no statement of ours copies: there is no way on with this connection
            return std::unexpected(lost("the statement wants to copy data"));
        if (is_failure(**result) && end) end = std::unexpected(refused(call, **result));
        if (is_answer(**result) && end && on_result) on_result(0, **result);
    }
}

SqlResult<void> PostgresConnection::finish_pipeline(std::size_t statements, PostgresCall call,
                                                    const OnResult& on_result) {
    SqlResult<void> end;
    for (std::size_t statement = 0;;) {
        auto result = next_result();
        if (!result) {
            // What the server had said about a statement before it went away is the better answer.
            if (!end) return end;
            return std::unexpected(std::move(result.error()));
        }
        if (*result == nullptr) {
            if (++statement > statements + 1) return std::unexpected(lost("the server left results out"));
            continue;
        }
        if (PQresultStatus(result->get()) == PGRES_PIPELINE_SYNC) {
            in_flight_ = false;
            return end;
        }
        if (is_failure(**result) && end) {
            end = std::unexpected(refused(call, **result));
            if (statement < statements && surely_not_applied(end.error())) end.error().may_be_applied = false;
        }
        if (is_answer(**result) && end && on_result) on_result(statement, **result);
    }
}

/// After an error between BEGIN and COMMIT the server waits for a ROLLBACK.
SqlResult<void> PostgresConnection::leave_transaction() {
    PostgresStatement rollback;
    rollback.sql = "ROLLBACK";
    return run(rollback, PostgresCall::statements, {});
}

// --- failures

SqlError PostgresConnection::refused(PostgresCall call, const PGresult& result) const {
    std::string sqlstate = field(result, PG_DIAG_SQLSTATE);
    std::string words = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate.empty()) {  // made by libpq: the connection broke
        auto failure = read_connect_failure(PQresultErrorMessage(&result));
        sqlstate = std::move(failure.sqlstate);
        words = std::move(failure.words);
    } else if (!sqlstate.starts_with("22") && !sqlstate.starts_with("23")) {  // there it holds the row
        for (const int code : {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_MESSAGE_HINT})
            if (const std::string more = field(result, code); !more.empty()) words += "; " + more;
    }
    SqlError error = postgres_error(call, std::move(sqlstate), std::move(words));
    error.may_be_applied = error.fault == SqlFault::lost;
    return error;
}

/// The state of the protocol is unknown from here on: the connection goes.
SqlError PostgresConnection::lost(std::string words) {
    SqlError error;
    error.fault = SqlFault::lost;
    error.detail = std::move(words);
    if (connected()) {
        error.may_be_applied = in_flight_;  // libpq's own state is gone with the connection
        if (in_flight_) cancel_in_background();
        disconnect();
    }
    return error;
}

SqlError PostgresConnection::lost_by_libpq() {
    auto failure = read_connect_failure(PQerrorMessage(handle_.get()));
    SqlError error = lost(std::move(failure.words));
    error.code = std::move(failure.sqlstate);
    return error;
}

/// Asks the server to end the statement that is left behind. libpq waits for the answer without a limit, and
/// a server that hangs gives none, so a thread of its own waits for it: few of them, and nothing needs them.
/// The connection stays until then: PgBouncer does not know the request of a client that has gone.
void PostgresConnection::cancel_in_background() noexcept {
    static std::atomic<int> under_way{0};
    if (PQstatus(handle_.get()) != CONNECTION_OK) return;
    if (++under_way > background_cancels_max) {
        --under_way;
        return;
    }
    PGconn* const left_behind = handle_.get();
    try {
        std::thread{[left_behind] {
            sigset_t all;
            sigfillset(&all);
            pthread_sigmask(SIG_BLOCK, &all, nullptr);  // libpq writes to a socket that may be closed
            char words[256];
            PGcancel* const request = PQgetCancel(left_behind);
            PQcancel(request, words, sizeof words);
            PQfreeCancel(request);
            PQfinish(left_behind);
            --under_way;
        }}.detach();
        handle_.release();
    } catch (const std::system_error&) {  // no more threads: the server's own time limit has to do
        --under_way;
    }
}

// --- what is known about it

bool PostgresConnection::in_transaction() const {
    if (!connected()) return false;
    const auto status = PQtransactionStatus(handle_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

std::string PostgresConnection::encryption() const {
    if (!connected() || PQsslInUse(handle_.get()) == 0) return {};
    const auto attribute = [&](const char* name) {
        const char* const text = PQsslAttribute(handle_.get(), name);
        return std::string{text == nullptr ? "" : text};
    };
    return attribute("protocol") + ", " + attribute("cipher");
}

bool PostgresConnection::is_local_socket() const {
    const char* const host = connected() ? PQhost(handle_.get()) : nullptr;
    return host != nullptr && (host[0] == '/' || host[0] == '@');
}

}  // namespace leasehold
