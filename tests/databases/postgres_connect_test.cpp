// Connecting to PostgreSQL and losing it again: what a person reads when it fails, what encryption holds, and
// that no call outlives its deadline or its cancellation.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/databases/postgres_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::postgres_connect_test {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

SqlResult<ServerTraits> try_to_connect(const BackendConfig& config, Deadline deadline = in_a_minute()) {
    const auto session = make_postgres_session(config);
    auto traits = session->connect(config.server.hosts.at(0), credentials_of(config), deadline);
    EXPECT_EQ(session->connected(), traits.has_value());
    if (!traits) {
        if (!config.server.password.empty()) {
            EXPECT_THAT(traits.error().detail, Not(HasSubstr(config.server.password.reveal())));
        }
        EXPECT_FALSE(traits.error().may_be_applied);
    }
    return traits;
}

void expect_refused(const BackendConfig& config, SqlFault fault, const std::string& words,
                    const std::string& code = "") {
    const auto traits = try_to_connect(config);
    ASSERT_FALSE(traits) << "connected, expected: " << words;
    EXPECT_EQ(traits.error().fault, fault) << traits.error().detail;
    EXPECT_THAT(traits.error().detail,
                AllOf(HasSubstr(words), Not(HasSubstr("LOCATION")), Not(HasSubstr("\n"))));
    EXPECT_EQ(traits.error().code, code) << traits.error().detail;
}

/// Something that takes connections and never says a word.
class SilentServer {
public:
    SilentServer() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer() { ::close(socket_); }
    SilentServer(const SilentServer&) = delete;
    SilentServer& operator=(const SilentServer&) = delete;
    std::uint16_t port() const { return port_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

// --- refusals

TEST(PostgresConnect, SaysWhereItIs) {
    const auto config = server_named("POSTGRESQL");
    const auto traits = try_to_connect(config);
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->version, StartsWith("PostgreSQL 1"));
    EXPECT_THAT(traits->encryption, IsEmpty());
    EXPECT_THAT(traits->notices, IsEmpty());
    EXPECT_EQ(session_of(config)->where(),
              "postgresql://127.0.0.1:" + std::to_string(config.server.hosts[0].port) + "/leases");
}

TEST(PostgresConnect, AWrongPasswordIsTold) {
    auto config = server_named("POSTGRESQL");
    config.server.password = Secret{"not-the-password"};
    expect_refused(config, SqlFault::credentials,
                   "password authentication failed for user \"leasehold\"; set the", "28P01");
    config.server.password = Secret{};
    const auto none = try_to_connect(config);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().fault, SqlFault::credentials) << none.error().detail;
    auto pooled = server_named("PGBOUNCER");
    pooled.server.password = Secret{"not-the-password"};
    const auto refused = try_to_connect(pooled);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, SqlFault::credentials) << refused.error().detail;
}

TEST(PostgresConnect, AMissingDatabaseIsTold) {
    for (const char* name : {"POSTGRESQL", "PGBOUNCER"}) {
        auto config = server_named(name);
        config.server.name = "nowhere";
        const auto refused = try_to_connect(config);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().fault, SqlFault::no_database) << name << ": " << refused.error().detail;
        EXPECT_THAT(refused.error().detail, HasSubstr("nowhere"));
    }
}

TEST(PostgresConnect, AClosedPortIsTold) {
    auto config = server_named("POSTGRESQL");
    config.server.hosts[0].port = 1;
    expect_refused(config, SqlFault::lost, "Connection refused; Is the server running");
}

TEST(PostgresConnect, AnUnknownHostIsTold) {
    auto config = server_named("POSTGRESQL");
    config.server.hosts[0].name = "no.such.host.invalid";
    expect_refused(config, SqlFault::lost, "could not translate host name");
}

TEST(PostgresConnect, TooManyConnectionsIsTold) {
    const auto admin = session_of(server_named("POSTGRESQL"));
    ask(*admin, "CREATE DATABASE crowded CONNECTION LIMIT 0");
    auto config = server_named("POSTGRESQL");
    config.server.name = "crowded";
    expect_refused(config, SqlFault::full, "too many connections for database \"crowded\"; raise", "53300");
    ask(*admin, "DROP DATABASE crowded");
}

TEST(PostgresConnect, AReadOnlyDatabaseIsRefused) {
    const auto admin = session_of(server_named("POSTGRESQL"));
    ask(*admin, "CREATE DATABASE settled");
    ask(*admin, "ALTER DATABASE settled SET default_transaction_read_only = on");
    auto config = server_named("POSTGRESQL");
    config.server.name = "settled";
    expect_refused(config, SqlFault::read_only, "default_transaction_read_only is on");
    ask(*admin, "DROP DATABASE settled");
}

TEST(PostgresConnect, SettingsThatLoseLeasesAreNamed) {
    const auto admin = session_of(server_named("POSTGRESQL"));
    ask(*admin, "CREATE DATABASE forgetful");
    ask(*admin, "ALTER DATABASE forgetful SET synchronous_commit = off");
    auto config = server_named("POSTGRESQL");
    config.server.name = "forgetful";
    const auto traits = try_to_connect(config);
    ask(*admin, "DROP DATABASE forgetful");
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->notices,
                Contains(AllOf(HasSubstr("synchronous_commit is off"), HasSubstr("may be missing"),
                               HasSubstr("SET synchronous_commit = on"))));
}

TEST(PostgresConnect, AnEnvironmentThatWouldChangeTheConnectionIsRefused) {
    const auto config = server_named("POSTGRESQL");
    ::setenv("PGOPTIONS", "-c synchronous_commit=off", 1);
    expect_refused(config, SqlFault::configuration, "the environment variable PGOPTIONS");
    ::unsetenv("PGOPTIONS");
    ::setenv("PGSSLMODE", "verify-full", 1);  // one that is overruled
    ::setenv("PGPORT", "1", 1);
    EXPECT_TRUE(try_to_connect(config));
    ::unsetenv("PGSSLMODE");
    ::unsetenv("PGPORT");
}

// --- losing it

TEST(PostgresConnect, ASilentServerEndsAtTheDeadline) {
    const SilentServer silent;
    auto config = server_named("POSTGRESQL");
    config.server.hosts[0].port = silent.port();
    const auto refused =
        try_to_connect(config, std::chrono::steady_clock::now() + std::chrono::milliseconds{50});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, SqlFault::lost);
    EXPECT_THAT(refused.error().detail, HasSubstr("no answer in time"));
}

TEST(PostgresConnect, CancellingEndsTheCallInFlightAndLaterOnes) {
    const auto config = server_named("POSTGRESQL");
    const auto session = session_of(config), admin = session_of(config);
    const pid_t backend = std::stoi(ask(*session, "SELECT pg_backend_pid()"));
    ASSERT_EQ(::kill(backend, SIGSTOP), 0);  // it keeps the connection and answers nothing
    std::thread other{[&] { session->cancel(); }};
    const auto ended = session->query("DELETE FROM lease");
    other.join();
    ASSERT_EQ(::kill(backend, SIGCONT), 0);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().fault, SqlFault::lost);
    EXPECT_THAT(ended.error().detail, HasSubstr("cancelled"));
    EXPECT_FALSE(session->connected());
    const auto later = session->query("SELECT 1");
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().fault, SqlFault::lost);
    EXPECT_TRUE(session->connect(config.server.hosts[0], credentials_of(config), in_a_minute()));
    EXPECT_EQ(ask(*session, "SELECT 1"), "1");
}

TEST(PostgresConnect, AFrozenServerEndsAtTheDeadline) {
    const auto config = server_named("POSTGRESQL");
    const auto session = session_of(config);
    const pid_t backend = std::stoi(ask(*session, "SELECT pg_backend_pid()"));
    ASSERT_EQ(::kill(backend, SIGSTOP), 0);
    session->set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds{50});
    const auto ended = session->query("SELECT 1");
    ASSERT_EQ(::kill(backend, SIGCONT), 0);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().fault, SqlFault::lost);
    EXPECT_FALSE(ended.error().may_be_applied) << "it only reads";
}

/// One whose transaction waits for a lock, and somebody who can end it.
class PostgresLoss : public PostgresSessionTest {
protected:
    void SetUp() override {
        PostgresSessionTest::SetUp();
        ASSERT_TRUE(behind->query("BEGIN"));
        ASSERT_TRUE(behind->query("LOCK TABLE lease IN ACCESS EXCLUSIVE MODE"));
    }
    SqlResult<std::vector<std::vector<bool>>> put_something() {
        const Put put{lease_of(LeaseKind::v4, 1, 1)};
        ChangeGroup group;
        group.puts = {&put};
        group.at = {0};
        return session->apply({&group, 1}, {}, Finish::commit);
    }
    /// Until the server has nobody that waits to write.
    void expect_nothing_written() {
        const std::string waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'INSERT INTO "
            "lease%'";
        // Not in the transaction that holds the lock: there the view is as it was at first sight.
        const auto watcher = session_of(server_named("POSTGRESQL"));
        eventually([&] { return ask(*watcher, waiting) == "0"; }, "the statement ends");
        ASSERT_TRUE(behind->query("ROLLBACK"));
        EXPECT_EQ(ask(*behind, "SELECT count(*) FROM lease"), "0");
    }
};

TEST_P(PostgresLoss, ABackendThatIsKilledIsALostConnection) {
    const auto admin = session_of(server_named("POSTGRESQL"));
    std::thread other{[&] {
        eventually(
            [&] {
                return ask(*admin,
                           "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = "
                           "'Lock' "
                           "AND query LIKE 'INSERT INTO lease%'") == "t";
            },
            "a transaction waits for the lock");
    }};
    const auto ended = put_something();
    other.join();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().fault, SqlFault::lost) << ended.error().detail;
    EXPECT_EQ(ended.error().code, "57P01") << ended.error().detail;
    EXPECT_TRUE(ended.error().may_be_applied) << "a pooler that stops says the same of its own connection";
    EXPECT_FALSE(session->connected());
    expect_nothing_written();
}

TEST_P(PostgresLoss, AStatementDoesNotOutliveItsDeadline) {
    session->set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds{100});
    const auto ended = put_something();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().fault, SqlFault::lost) << ended.error().detail;
    EXPECT_FALSE(session->connected());
    expect_nothing_written();
}

TEST_P(PostgresLoss, CancellingEndsTheTransactionAtTheServerToo) {
    const auto admin = session_of(server_named("POSTGRESQL"));
    std::thread other{[&] {
        eventually(
            [&] {
                return ask(*admin,
                           "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query "
                           "LIKE 'INSERT INTO lease%'") == "1";
            },
            "a transaction waits for the lock");
        session->cancel();
    }};
    const auto ended = put_something();
    other.join();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().fault, SqlFault::lost);
    EXPECT_TRUE(ended.error().may_be_applied) << "nobody waited for the answer";
    expect_nothing_written();
}

INSTANTIATE_TEST_SUITE_P(Servers, PostgresLoss, testing::Values("POSTGRESQL", "PGBOUNCER"),
                         [](const auto& server) { return std::string{server.param}; });

// --- encryption

std::string certificate(const std::string& name) {
    const char* const folder = std::getenv("LEASEHOLD_TEST_CERTIFICATES");
    EXPECT_NE(folder, nullptr);
    return std::string{folder == nullptr ? "" : folder} + "/" + name;
}

struct PostgresTls : testing::Test {
    BackendConfig config = server_named("POSTGRESQL_TLS");
    TlsConfig& tls = config.server.tls;

    void expect_encrypted() const {
        const auto traits = try_to_connect(config);
        ASSERT_TRUE(traits) << traits.error().detail;
        EXPECT_THAT(traits->encryption, StartsWith("TLSv1."));
        EXPECT_THAT(traits->notices, IsEmpty());
    }
};

TEST_F(PostgresTls, ATrustAnchorMeansFullVerification) {
    tls.trust_anchor = certificate("ca.pem");
    expect_encrypted();
    config.server.hosts[0].name = "localhost";
    expect_encrypted();
    config.server.hosts[0].name = "127.0.0.2";
    expect_refused(config, SqlFault::configuration,
                   "does not match host name \"127.0.0.2\"; connect by a name");
    tls.mode = SslMode::verify_ca;
    expect_encrypted();
}

TEST_F(PostgresTls, AnotherAuthorityIsNotTrusted) {
    tls.trust_anchor = certificate("other_ca.pem");
    expect_refused(config, SqlFault::configuration, "certificate verify failed; trust-anchor must hold");
    tls.mode = SslMode::require;  // with an anchor libpq verifies all the same
    expect_refused(config, SqlFault::configuration, "certificate verify failed");
    tls.trust_anchor = certificate("missing.pem");
    tls.mode.reset();
    expect_refused(config, SqlFault::configuration, "missing.pem");
}

TEST_F(PostgresTls, AFolderOfAuthoritiesIsATrustAnchor) {
    tls.trust_anchor = certificate("anchors");
    expect_encrypted();
    const TemporaryDirectory empty;
    tls.trust_anchor = empty.path();
    expect_refused(config, SqlFault::configuration, "holds no readable PEM certificate");
    write_text(empty / "other.pem", read_text(certificate("other_ca.pem")));
    expect_refused(config, SqlFault::configuration, "certificate verify failed");
}

TEST_F(PostgresTls, WithoutAnAnchorItIsEncryptedAndNotVerified) {
    tls.mode = SslMode::require;
    expect_encrypted();
    tls.mode = SslMode::prefer;
    expect_encrypted();
    tls.mode = SslMode::disable;
    const auto traits = try_to_connect(config);
    ASSERT_TRUE(traits);
    EXPECT_THAT(traits->encryption, IsEmpty());
}

TEST_F(PostgresTls, AKeyThatOthersMayReadIsRefused) {
    tls.trust_anchor = certificate("ca.pem");
    tls.cert_file = certificate("client.pem");
    tls.key_file = certificate("client.key");
    expect_encrypted();
    const TemporaryDirectory folder;
    write_text(folder / "loose.key", read_text(certificate("client.key")));
    ASSERT_EQ(::chmod((folder / "loose.key").c_str(), 0644), 0);
    tls.key_file = folder / "loose.key";
    expect_refused(config, SqlFault::configuration, "may be used by others than its owner; chmod 600");
    tls.key_file = folder / "missing.key";
    expect_refused(config, SqlFault::configuration, "No such file");
}

/// libpq would ask on the terminal, and a server would hang there.
TEST_F(PostgresTls, AKeyWithAPassphraseIsRefused) {
    tls.trust_anchor = certificate("ca.pem");
    tls.cert_file = certificate("client.pem");
    tls.key_file = certificate("encrypted.key");
    expect_refused(config, SqlFault::configuration, "could not load private key file");
}

TEST_F(PostgresTls, AServerWithoutTlsIsRefusedUnlessAllowed) {
    config = server_named("POSTGRESQL");
    tls.trust_anchor = certificate("ca.pem");
    expect_refused(config, SqlFault::configuration,
                   "server does not support SSL, but SSL was required; set ssl = on");
    tls.required = false;
    const auto traits = try_to_connect(config);
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->encryption, IsEmpty());
    EXPECT_THAT(traits->notices, Contains(HasSubstr("not encrypted, though TLS is configured")));
    // What is allowed is clear text, not the wrong server.
    config = server_named("POSTGRESQL_TLS");
    tls.trust_anchor = certificate("other_ca.pem");
    tls.required = false;
    expect_refused(config, SqlFault::configuration, "certificate verify failed");
}

TEST_F(PostgresTls, ALocalSocketIsNotEncryptedAndSaysSo) {
    const char* const folder = std::getenv("LEASEHOLD_TEST_POSTGRESQL_TLS_DIRECTORY");
    ASSERT_NE(folder, nullptr);
    config.server.hosts[0].name = folder;
    tls.trust_anchor = certificate("ca.pem");
    const auto traits = try_to_connect(config);
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->notices, Contains(HasSubstr("PostgreSQL has no TLS on a local socket")));
}

TEST_F(PostgresTls, ACipherListIsSaidToDoNothing) {
    tls.trust_anchor = certificate("ca.pem");
    tls.cipher_list = "TLS_AES_128_GCM_SHA256";
    const auto traits = try_to_connect(config);
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->notices, Contains(HasSubstr("cipher-list has no effect")));
}

}  // namespace
}  // namespace leasehold::postgres_connect_test
