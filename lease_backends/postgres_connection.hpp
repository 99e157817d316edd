// A libpq connection that never waits longer than its deadline and can be called off from any thread. Knows
// the protocol and its results; leases and settings are postgres_session's part.
#pragma once

#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lease_backends/postgres_errors.hpp"
#include "lease_backends/socket_wait.hpp"
#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// A statement without a name: nothing of it stays on the server, so a pooler may use another server
/// connection for the next one.
struct PostgresStatement {
    std::string sql;               // parameters are $1, $2 ...
    std::vector<SqlValue> values;  // of the parameters; text, or binary as their types have it
    std::vector<Oid> types;        // of the parameters; empty: the server finds out
    bool binary = false;           // values and results
};

struct PostgresParameter {
    const char* keyword;
    std::string value;
};

class PostgresConnection {
public:
    /// Called with each result that brings rows or says that a statement is done; valid during the call. Rows
    /// of one statement may come in several: in a pipeline libpq goes on as it delivered the query before.
    using OnResult = std::function<void(std::size_t statement, const PGresult& result)>;

    PostgresConnection() = default;
    ~PostgresConnection() { disconnect(); }
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    /// Waits for the network with a deadline; only the look-up of a host name, in libpq, does not know it.
    /// The connection is closed first if it stands.
    SqlResult<void> connect(const std::vector<PostgresParameter>& parameters, Deadline deadline);
    void disconnect() noexcept {
        handle_.reset();
        in_flight_ = false;
    }
    bool connected() const { return handle_ != nullptr; }

    void set_deadline(Deadline deadline) { deadline_ = deadline; }
    Deadline deadline() const { return deadline_; }
    /// From any thread: see LeaseSession::cancel.
    void cancel() noexcept { canceller_.cancel(); }

    /// Runs one statement. Outside of BEGIN ... COMMIT it is a transaction of its own.
    SqlResult<void> run(const PostgresStatement& statement, PostgresCall call, const OnResult& on_result);
    /// Runs statements in one round trip, as one transaction: by itself, or between a BEGIN and a COMMIT or
    /// ROLLBACK that stand among them. After an error nothing of them stays.
    SqlResult<void> run_together(const std::vector<PostgresStatement>& statements, PostgresCall call,
                                 const OnResult& on_result);
    /// Runs a text of several statements as one simple query.
    SqlResult<void> run_script(const std::string& sql);

    bool in_transaction() const;
    /// "TLSv1.3, TLS_AES_256_GCM_SHA384"; "": clear text.
    std::string encryption() const;
    bool is_local_socket() const;

private:
    struct Finish {
        void operator()(PGconn* handle) const { PQfinish(handle); }
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using ResultHandle = std::unique_ptr<PGresult, Finish>;

    SqlResult<void> poll_connect();
    SqlResult<void> ready();
    bool send(const PostgresStatement& statement);
    SqlResult<ResultHandle> next_result();
    SqlResult<void> finish_statement(PostgresCall call, const OnResult& on_result);
    SqlResult<void> finish_pipeline(std::size_t statements, PostgresCall call, const OnResult& on_result);
    SqlResult<void> leave_transaction();
    SqlError refused(PostgresCall call, const PGresult& result) const;
    SqlError lost(std::string words);
    SqlError lost_by_libpq();
    void cancel_in_background() noexcept;

    std::unique_ptr<PGconn, Finish> handle_;
    Canceller canceller_;
    Deadline deadline_{};
    bool in_flight_ = false;  // a statement was sent, its end has not come
};

}  // namespace leasehold
