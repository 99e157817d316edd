// How the MariaDB session meets servers that refuse it, that cannot be written to, that fall silent, and
// those whose encryption is not what was asked for.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "tests/databases/mariadb_servers.hpp"

namespace leasehold::mariadb_connection_test {
namespace {

using namespace testing_support;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Connects, and gives the fault and the words of the refusal.
SqlError refusal(const TestServer& server, std::size_t host = 0) {
    MariadbSession session{server.config};
    const auto traits = server.connect(session, host);
    EXPECT_FALSE(traits) << "connected";
    EXPECT_FALSE(session.connected());
    return traits ? SqlError{} : traits.error();
}

/// What a program does not say or does: the word of a password.
void expect_no_password(const TestServer& server, const SqlError& error) {
    EXPECT_THAT(error.detail, Not(HasSubstr(server.config.server.password.reveal())));
}

TEST(MariadbConnect, SaysWhatItFound) {
    const TestServer server{"MARIADB"};
    MariadbSession session{server.config};
    const auto traits = server.connect(session);
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->version, HasSubstr("MariaDB 1"));
    EXPECT_EQ(traits->encryption, "");
    EXPECT_THAT(traits->notices, IsEmpty());
    EXPECT_GT(traits->batch_changes_max, 64U);
    EXPECT_THAT(session.where(), HasSubstr("mariadb://127.0.0.1:"));
    EXPECT_EQ(expect_done(session, "SELECT @@tx_isolation"), "READ-COMMITTED");
    EXPECT_EQ(expect_done(session, "SELECT @@time_zone"), "+00:00");
    EXPECT_EQ(expect_done(session, "SELECT @@innodb_lock_wait_timeout"), "2");
    EXPECT_THAT(expect_done(session, "SELECT @@sql_mode"), HasSubstr("STRICT_TRANS_TABLES"));
}

TEST(MariadbConnect, WrongPasswordUserAndDatabase) {
    TestServer server{"MARIADB"};
    TestServer wrong = server;
    wrong.config.server.password = Secret{"nonsense-password"};
    const SqlError password = refusal(wrong);
    EXPECT_EQ(password.fault, SqlFault::credentials);
    EXPECT_EQ(password.code, "1045");
    expect_no_password(wrong, password);

    wrong = server;
    wrong.config.server.name = "elsewhere";
    const SqlError database = refusal(wrong);
    EXPECT_EQ(database.fault, SqlFault::no_database);
    EXPECT_THAT(database.detail, HasSubstr("GRANT"));

    wrong = server;
    wrong.config.server.hosts[0].port = 1;
    EXPECT_EQ(refusal(wrong).fault, SqlFault::lost);
    wrong.config.server.hosts[0] = {"/nowhere/socket", 0};
    EXPECT_EQ(refusal(wrong).fault, SqlFault::lost);
    wrong.config.server.hosts[0] = {"a.example.org,b.example.org", 0};
    EXPECT_EQ(refusal(wrong).fault, SqlFault::configuration);
}

TEST(MariadbConnect, AnAccountWithoutRights) {
    const TestServer server{"MARIADB"};
    const auto administrator = server.administrator();
    expect_done(*administrator, "CREATE OR REPLACE USER poor@'%' IDENTIFIED BY 'poor'");
    prepare_database(*administrator);
    expect_done(*administrator, "GRANT SELECT ON leases.lease TO poor@'%'");
    TestServer poor = server;
    poor.config.server.user = "poor";
    poor.config.server.password = Secret{"poor"};
    MariadbSession session{poor.config};
    ASSERT_TRUE(poor.connect(session));
    const auto refused = apply_to(session, {Put{lease_of(LeaseKind::v4, 1, 1)}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, SqlFault::permission);
    EXPECT_THAT(refused.error().detail, HasSubstr("GRANT"));
}

TEST(MariadbConnect, AReadOnlyServer) {
    const TestServer server{"MARIADB"};
    const auto administrator = server.administrator();
    prepare_database(*administrator);
    MariadbSession before{server.config};
    ASSERT_TRUE(server.connect(before));
    expect_done(*administrator, "SET GLOBAL read_only = 1");

    const SqlError refused = refusal(server);
    EXPECT_EQ(refused.fault, SqlFault::read_only);
    EXPECT_THAT(refused.detail, HasSubstr("read_only=ON"));
    const auto write = apply_to(before, {Put{lease_of(LeaseKind::v4, 1, 1)}});
    ASSERT_FALSE(write);
    EXPECT_EQ(write.error().fault, SqlFault::read_only);
    EXPECT_FALSE(write.error().may_be_applied);

    TestServer reader = server;
    reader.config.readonly = true;
    MariadbSession reading{reader.config};
    EXPECT_TRUE(reader.connect(reading));
    expect_done(*administrator, "SET GLOBAL read_only = 0");
}

TEST(MariadbConnect, TooManyConnections) {
    const TestServer server{"MARIADB"};
    const auto administrator = server.administrator();
    expect_done(*administrator,
                "CREATE OR REPLACE USER single@'%' IDENTIFIED BY 'single' WITH MAX_USER_CONNECTIONS 1");
    expect_done(*administrator, "GRANT SELECT ON leases.* TO single@'%'");
    TestServer single = server;
    single.config.server.user = "single";
    single.config.server.password = Secret{"single"};
    MariadbSession first{single.config};
    ASSERT_TRUE(single.connect(first));
    const SqlError second = refusal(single);
    EXPECT_EQ(second.fault, SqlFault::full);
    EXPECT_THAT(second.detail, HasSubstr("max-connections"));
}

TEST(MariadbConnect, SettingsThatPutLeasesAtRiskAreNamed) {
    const TestServer server{"MARIADB"};
    const auto administrator = server.administrator();
    expect_done(*administrator, "SET GLOBAL innodb_flush_log_at_trx_commit = 2");
    MariadbSession session{server.config};
    const auto traits = server.connect(session);
    expect_done(*administrator, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    ASSERT_TRUE(traits) << traits.error().detail;
    EXPECT_THAT(traits->notices, testing::ElementsAre(HasSubstr("innodb_flush_log_at_trx_commit is 2")));
}

// -- connections that end

class MariadbInFlight : public testing::Test {
protected:
    void SetUp() override {
        administrator = server.administrator();
        prepare_database(*administrator);
        ASSERT_TRUE(server.connect(session));
    }
    /// A batch of `session` hangs at this row's lock until the administrator's transaction ends.
    void lock_a_row() {
        ASSERT_TRUE(apply_to(session, {Put{lease_of(LeaseKind::v4, 1, 1)}}));
        expect_done(*administrator, "START TRANSACTION");
        expect_done(*administrator, "UPDATE lease SET pool_id = 99");
    }
    /// Until the session's statement waits for that lock.
    void wait_until_it_hangs() {
        MariadbSession watch{server.config};
        const auto watching =
            watch.connect({server.directory + "/socket", 0}, {"root", Secret{}}, in_a_minute());
        ASSERT_TRUE(watching);
        while (expect_done(
                   watch,
                   "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'") != "1")
            ASSERT_LT(steady_clock::now(), give_up);
    }
    SqlResult<std::vector<bool>> put_locked() {
        return apply_to(session, {Put{renewed(lease_of(LeaseKind::v4, 1, 1))}});
    }

    const TestServer server{"MARIADB"};
    const Deadline give_up = in_a_minute();
    std::unique_ptr<MariadbSession> administrator;
    MariadbSession session{server.config};
};

TEST_F(MariadbInFlight, KilledItIsLostAndMayBeApplied) {
    const std::string id = expect_done(session, "SELECT CONNECTION_ID()");
    lock_a_row();
    std::thread killer{[&] {
        wait_until_it_hangs();
        expect_done(*administrator, "KILL " + id);
    }};
    const auto verdict = put_locked();
    killer.join();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().fault, SqlFault::lost);
    EXPECT_TRUE(verdict.error().may_be_applied);
    EXPECT_FALSE(session.connected());
    expect_done(*administrator, "ROLLBACK");
    const auto after = session.query("SELECT 1");
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().fault, SqlFault::lost);
    ASSERT_TRUE(server.connect(session));
    EXPECT_EQ(expect_done(session, "SELECT 1"), "1");
}

TEST_F(MariadbInFlight, CalledOffFromAnotherThread) {
    lock_a_row();
    std::thread canceller{[&] {
        wait_until_it_hangs();
        session.cancel();
    }};
    const auto verdict = put_locked();
    canceller.join();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().fault, SqlFault::lost);
    EXPECT_TRUE(verdict.error().may_be_applied);
    EXPECT_THAT(verdict.error().detail, HasSubstr("called off"));
    EXPECT_FALSE(session.connected());
    expect_done(*administrator, "ROLLBACK");
    EXPECT_TRUE(server.connect(session)) << "until the next connect()";
    EXPECT_EQ(expect_done(session, "SELECT 1"), "1");
}

TEST_F(MariadbInFlight, ALockThatIsNotGivenIsAConflictAndLeavesNoTransaction) {
    lock_a_row();
    const auto verdict = put_locked();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().fault, SqlFault::conflict);
    const auto two =
        apply_to(session, {Erase{lease_of(LeaseKind::v4, 7, 1).address, 1},
                           Put{lease_of(LeaseKind::v4, 2, 1)}, Put{renewed(lease_of(LeaseKind::v4, 1, 1))}});
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().fault, SqlFault::conflict);
    expect_done(*administrator, "ROLLBACK");
    EXPECT_EQ(expect_done(*administrator, "SELECT COUNT(*) FROM lease"), "1");
    EXPECT_TRUE(session.connected());
    EXPECT_TRUE(put_locked());
}

TEST_F(MariadbInFlight, AFrozenServerEndsWithTheDeadlineAndByCancel) {
    pid_t pid = 0;
    std::ifstream{server.directory + "/pid"} >> pid;
    ASSERT_GT(pid, 1);
    kill(pid, SIGSTOP);
    session.set_deadline(steady_clock::now() + milliseconds{300});
    const auto verdict = apply_to(session, {Put{lease_of(LeaseKind::v4, 5, 1)}});
    MariadbSession other{server.config};
    const auto connecting = other.connect(server.config.server.hosts[0], server.credentials(),
                                          steady_clock::now() + milliseconds{300});
    MariadbSession cancelled{server.config};
    std::atomic<bool> ended = false;
    std::thread canceller{[&] {
        while (!ended) {
            cancelled.cancel();
            std::this_thread::sleep_for(milliseconds{1});
        }
    }};
    const auto called_off =
        cancelled.connect(server.config.server.hosts[0], server.credentials(), in_a_minute());
    ended = true;
    canceller.join();
    kill(pid, SIGCONT);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().fault, SqlFault::lost);
    EXPECT_TRUE(verdict.error().may_be_applied);
    EXPECT_THAT(verdict.error().detail, HasSubstr("deadline"));
    ASSERT_FALSE(connecting);
    EXPECT_EQ(connecting.error().fault, SqlFault::lost);
    ASSERT_FALSE(called_off);
    EXPECT_EQ(called_off.error().fault, SqlFault::lost);
    EXPECT_TRUE(server.connect(session));
}

// -- encryption

class MariadbTls : public testing::Test {
protected:
    std::string file(const std::string& name) const { return certificates + "/" + name; }
    SqlResult<ServerTraits> connect(const TestServer& to) {
        session = std::make_unique<MariadbSession>(to.config);
        return to.connect(*session);
    }
    /// The refusal of a server that has encryption.
    SqlError refused() {
        const auto traits = connect(server);
        EXPECT_FALSE(traits) << "connected with " << traits->encryption;
        return traits ? SqlError{} : traits.error();
    }

    TestServer server{"MARIADB_TLS"};
    TestServer plain{"MARIADB"};
    TlsConfig& tls = server.config.server.tls;
    const std::string certificates = from_environment("LEASEHOLD_TEST_CERTIFICATES");
    std::unique_ptr<MariadbSession> session;
};

TEST_F(MariadbTls, VerifiesByAFileAndByAFolder) {
    for (const std::string anchor : {"ca.pem", "anchors"}) {
        tls.trust_anchor = file(anchor);
        const auto traits = connect(server);
        ASSERT_TRUE(traits) << anchor << ": " << traits.error().detail;
        EXPECT_THAT(traits->encryption, HasSubstr("TLSv1.3, TLS_"));
    }
}

TEST_F(MariadbTls, AWrongAuthorityAndAWrongNameAreRefused) {
    tls.trust_anchor = file("other_ca.pem");
    const SqlError authority = refused();
    EXPECT_EQ(authority.fault, SqlFault::configuration);
    EXPECT_EQ(authority.code, "2026");
    EXPECT_THAT(authority.detail, HasSubstr("trust-anchor"));
    tls.mode = SslMode::verify_ca;
    EXPECT_EQ(refused().fault, SqlFault::configuration);

    tls.trust_anchor = file("ca.pem");
    tls.mode.reset();
    server.config.server.hosts[0].name = "127.0.0.2";
    EXPECT_EQ(refused().fault, SqlFault::configuration) << "its certificate has not this name";
    tls.mode = SslMode::verify_ca;
    EXPECT_TRUE(connect(server)) << "names are not compared";
    tls.trust_anchor.clear();
    EXPECT_THAT(refused().detail, HasSubstr("needs a trust-anchor"));
}

TEST_F(MariadbTls, ModesWithoutVerification) {
    tls.mode = SslMode::require;
    EXPECT_THAT(connect(server)->encryption, Not(IsEmpty()));
    tls.mode = SslMode::disable;
    EXPECT_THAT(connect(server)->encryption, IsEmpty());
    tls.mode.reset();
    EXPECT_THAT(connect(server)->encryption, Not(IsEmpty())) << "prefer";
    EXPECT_THAT(connect(plain)->encryption, IsEmpty()) << "prefer";
}

TEST_F(MariadbTls, AServerWithoutEncryptionIsRefusedWhereItIsAskedFor) {
    TlsConfig& asked = plain.config.server.tls;
    const auto both = [&](const std::string& what) {
        SCOPED_TRACE(what);
        asked.required = true;
        const auto refused = connect(plain);
        EXPECT_FALSE(refused) << "went on in clear text";
        if (!refused) {
            EXPECT_EQ(refused.error().fault, SqlFault::configuration);
        }
        asked.required = false;
        const auto noticed = connect(plain);
        EXPECT_TRUE(noticed) << noticed.error().detail;
        if (noticed) {
            EXPECT_THAT(noticed->notices, testing::ElementsAre(HasSubstr("the connection is not encrypted")));
        }
    };
    asked.mode = SslMode::require;
    both("require");
    asked.trust_anchor = file("ca.pem");
    asked.mode = SslMode::verify_ca;
    both("verify-ca");
    asked.mode.reset();
    both("verify-full");
}

TEST_F(MariadbTls, ClientCertificates) {
    const auto administrator = server.administrator();
    expect_done(*administrator, "CREATE OR REPLACE USER carrier@'%' IDENTIFIED BY 'carrier' REQUIRE X509");
    expect_done(*administrator, "GRANT SELECT ON leases.* TO carrier@'%'");
    server.config.server.user = "carrier";
    server.config.server.password = Secret{"carrier"};
    tls.trust_anchor = file("ca.pem");
    EXPECT_EQ(refused().fault, SqlFault::credentials) << "it has none";
    tls.cert_file = file("client.pem");
    tls.key_file = file("client.key");
    EXPECT_TRUE(connect(server));
    tls.key_file = file("encrypted.key");
    EXPECT_EQ(refused().fault, SqlFault::configuration) << "and asks nobody for the passphrase";
    tls.key_file = file("missing.key");
    EXPECT_THAT(refused().detail, HasSubstr("missing.key"));
}

TEST_F(MariadbTls, CipherLists) {
    tls.trust_anchor = file("ca.pem");
    tls.cipher_list = "TLS_AES_128_GCM_SHA256";
    EXPECT_EQ(connect(server)->encryption, "TLSv1.3, TLS_AES_128_GCM_SHA256");
    tls.cipher_list = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    EXPECT_THAT(connect(server)->encryption, HasSubstr("TLSv1.2, ECDHE-ECDSA-AES"))
        << "a list for 1.2 must not leave 1.3 with ciphers of its own";
    tls.cipher_list = "NONSENSE";
    EXPECT_EQ(refused().fault, SqlFault::configuration);
}

}  // namespace
}  // namespace leasehold::mariadb_connection_test
