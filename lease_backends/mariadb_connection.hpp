// One connection to MariaDB or MySQL through Connector/C, with a deadline and an end from outside for every
// call. What is sent over it, and which settings its session has, is decided elsewhere.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "dhcp/backend_config.hpp"
#include "lease_backends/credentials.hpp"
#include "lease_backends/socket_wait.hpp"
#include "lease_backends/sql_connection.hpp"

struct st_mysql;
struct st_mysql_res;

namespace leasehold {

/// One thread at a time; cancel() from any. A call that loses the connection closes it; then every call fails
/// as SqlFault::lost until the next connect().
class MariadbConnection {
public:
    MariadbConnection() = default;
    ~MariadbConnection() { close(); }
    MariadbConnection(const MariadbConnection&) = delete;
    MariadbConnection& operator=(const MariadbConnection&) = delete;

    /// Blocks beyond the deadline only while the name of the host is looked up.
    /// @return what is not as it should be about encryption, "": nothing
    SqlResult<std::string> connect(const DatabaseServerConfig& config, const DatabaseHost& host,
                                   const Credentials& credentials, Deadline deadline);
    void close() noexcept;
    bool connected() const { return handle_ != nullptr; }
    void set_deadline(Deadline deadline) { deadline_ = deadline; }
    void cancel() noexcept;

    /// One statement, as text. Its rows are read whole: an error among them is an error of the statement.
    SqlResult<SqlRows> query(std::string_view sql);
    /// Several statements; the first that fails ends it.
    SqlResult<void> script(std::string_view sql);
    /// The text as a literal, in quotes.
    std::string quoted(std::string_view text) const;

    /// "10.11.19-MariaDB"
    std::string server_version() const;
    /// 101119
    unsigned long server_version_number() const;
    bool is_mariadb() const;
    /// Takes arrays of parameters: a proxy may not.
    bool takes_bulk() const;
    /// "TLSv1.3, TLS_AES_256_GCM_SHA384"; "": clear text
    std::string encryption() const;
    /// As the server said with its last answer.
    bool in_transaction() const;

    /// For statements (mariadb_statement.hpp): runs a call of the library that waits for the server.
    /// @param start  (pointer to the result) begins it
    /// @param carry_on  (pointer to the result, what is ready) goes on
    /// @return false: abandoned, and the connection with it: gave_up() says why
    template <class Returned, class Start, class CarryOn>
    bool drive(Returned& returned, const Start& start, const CarryOn& carry_on) {
        if (!may_begin()) return false;
        int wanted = start(&returned);
        while (wanted != 0) {
            const int ready = wait(wanted);
            if (ready != 0) {
                wanted = carry_on(&returned, ready);
                continue;
            }
            // The library must come out of its call by itself, or it loses track of its socket.
            for (int i = 0; wanted != 0 && i < unwinding_steps_max; ++i)
                wanted = carry_on(&returned, timed_out);
            drop();
            return false;
        }
        return true;
    }
    st_mysql* handle() const { return handle_; }
    /// The error of a call that drive() gave up, or that cannot begin.
    SqlError gave_up() const;
    /// Takes note of an error of the library: one that loses the connection closes it.
    SqlError failed(unsigned number, std::string_view words);

private:
    enum class End : std::uint8_t { none, deadline, cancelled, socket };

    static constexpr int timed_out = 8;  // MYSQL_WAIT_TIMEOUT, checked where the header is there
    static constexpr int unwinding_steps_max = 64;

    bool may_begin();
    int wait(int wanted);
    void drop() noexcept;
    SqlResult<void> connect_once(const DatabaseServerConfig& config, const DatabaseHost& host,
                                 const Credentials& credentials, bool clear_text_passes);
    SqlResult<SqlRows> read_rows();
    SqlError failed();

    st_mysql* handle_ = nullptr;
    Deadline deadline_{};
    Canceller canceller_;
    std::atomic<bool> cancelled_ = false;  // the same, cheaper to ask
    End end_ = End::none;
};

}  // namespace leasehold
