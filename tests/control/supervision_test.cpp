// What the supervisor is told, read from a real datagram socket.
#include "control/supervision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <optional>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::supervision_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing_support::TemporaryDirectory;

constexpr auto never = 60s;  // a bound, no measurement

/// Listens as a supervisor does, under a path or an abstract name.
class Supervisor {
public:
    explicit Supervisor(const std::string& name)
        : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path - 1);
        auto size = offsetof(sockaddr_un, sun_path) + name.size() + 1;
        if (name.starts_with('@')) {
            address.sun_path[0] = '\0';
            --size;
        }
        EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)),
                  0);
    }
    ~Supervisor() { close(socket_); }
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    std::optional<std::string> next() const {
        std::string text(4096, '\0');
        const auto size = recv(socket_, text.data(), text.size(), 0);
        if (size < 0) return std::nullopt;
        text.resize(static_cast<std::size_t>(size));
        return text;
    }
    /// Everything that is there.
    std::vector<std::string> heard() const {
        std::vector<std::string> all;
        while (auto text = next()) all.push_back(std::move(*text));
        return all;
    }

private:
    int socket_;
};

std::string abstract_name() {
    static int count = 0;
    return "@leasehold-test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

SupervisedState state_of(BackendState backend) {
    SupervisedState state;
    state.backend.state = backend;
    state.backend.where = "postgresql:leases@db1";
    if (backend == BackendState::serving)
        state.service.mode = ServiceMode::open;
    else
        state.service = {ServiceMode::closed, OutageService::drop, "no database"};
    return state;
}

struct SupervisionTest : testing::Test {
    boost::asio::io_context loop;
    std::string name = abstract_name();
    std::optional<Supervisor> supervisor{std::in_place, name};
    SupervisedState state = state_of(BackendState::connecting);
    SupervisionIntervals intervals{.extend = 1h, .repeat = 1ms};
    std::optional<Supervision> subject;

    void start(std::chrono::microseconds watchdog = 0us) {
        subject.emplace(loop, SupervisorContact{.socket = name, .watchdog_max = watchdog}, intervals);
    }
    void follow() {
        subject->follow([this] { return state; });
    }
    void become(BackendState backend) {
        const auto kept = state.name;
        state = state_of(backend);
        state.name = kept;
        subject->changed();
    }
    void start_ready() {
        start();
        follow();
        become(BackendState::serving);
        supervisor->heard();
    }
    /// Runs the loop until a message satisfies the condition; returns what was heard up to it.
    std::vector<std::string> run_until(const std::function<bool(const std::string&)>& wanted) {
        std::vector<std::string> heard;
        const auto give_up = std::chrono::steady_clock::now() + never;
        while (std::chrono::steady_clock::now() < give_up) {
            while (auto text = supervisor->next()) {
                heard.push_back(*text);
                if (wanted(*text)) return heard;
            }
            loop.restart();
            loop.run_one_for(10ms);
        }
        ADD_FAILURE() << "never heard; only: " << testing::PrintToString(heard);
        return heard;
    }
};

TEST_F(SupervisionTest, ReadyWhenTheBackendServes) {
    start();
    follow();
    EXPECT_THAT(supervisor->heard(), ElementsAre("STATUS=starting", StartsWith("EXTEND_TIMEOUT_USEC=")));
    become(BackendState::connecting);
    EXPECT_THAT(supervisor->heard(), ElementsAre("STATUS=closed; lease database postgresql:leases@db1 "
                                                 "connecting: no database"));
    become(BackendState::loading);
    EXPECT_THAT(supervisor->heard(), ElementsAre(HasSubstr("loading")));
    become(BackendState::serving);
    EXPECT_THAT(supervisor->heard(),
                ElementsAre("READY=1\nSTATUS=open; lease database postgresql:leases@db1 serving"));
}

TEST_F(SupervisionTest, ReadyAtOnceIfItMayWaitForItsBackend) {
    start();
    follow();
    supervisor->heard();
    state.waits_for_backend = true;
    subject->changed();
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("READY=1\nSTATUS=closed; lease database")));
    become(BackendState::serving);
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("STATUS=open")));
}

TEST_F(SupervisionTest, OfSeveralServersReadyWhenAllAre) {
    start();
    SupervisedState other{.name = "DHCPv6", .service = {}, .backend = {}};
    state.name = "DHCPv4";
    follow();
    subject->follow([&] { return other; });
    become(BackendState::serving);
    other.backend.state = BackendState::loading;
    subject->changed();
    EXPECT_THAT(supervisor->heard(),
                AllOf(Not(Contains(StartsWith("READY"))), Contains(HasSubstr(" | DHCPv6 "))));
    other.backend.state = BackendState::serving;
    subject->changed();
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("READY=1\nSTATUS=DHCPv4 open")));

    subject->reload_begins();
    subject->reload_begins();
    subject->reload_ends();
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("RELOADING=1")));
    subject->reload_ends();
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("READY=1")));
}

TEST_F(SupervisionTest, StatusOnlyWhenItChanged) {
    start_ready();
    subject->changed();
    subject->changed();
    EXPECT_THAT(supervisor->heard(), IsEmpty());
    become(BackendState::waiting);
    subject->changed();
    become(BackendState::serving);
    EXPECT_THAT(supervisor->heard(), ElementsAre(HasSubstr("waiting"), StartsWith("STATUS=open;")));
}

TEST_F(SupervisionTest, ReloadEndsReadyWhateverBecameOfIt) {
    start_ready();
    const auto begins = std::chrono::steady_clock::now().time_since_epoch();
    subject->reload_begins();
    const auto reloading = supervisor->heard();
    ASSERT_THAT(reloading, ElementsAre(StartsWith("RELOADING=1\nMONOTONIC_USEC=")));
    const std::chrono::microseconds told{std::stoll(reloading[0].substr(reloading[0].rfind('=') + 1))};
    EXPECT_GE(told, std::chrono::duration_cast<std::chrono::microseconds>(begins));
    EXPECT_LE(told, std::chrono::steady_clock::now().time_since_epoch());
    subject->reload_ends();
    EXPECT_THAT(supervisor->heard(), ElementsAre("READY=1"));
    subject->reload_begins();
    supervisor->heard();
    state.service = {ServiceMode::closed, OutageService::drop,
                     "the configuration failed, correct it with config-set"};
    subject->reload_ends();
    EXPECT_THAT(supervisor->heard(), ElementsAre(AllOf(StartsWith("READY=1\nSTATUS=closed"),
                                                       HasSubstr("the configuration failed"))));
}

TEST_F(SupervisionTest, ReloadDuringTheStartIsPartOfTheStart) {
    start();
    follow();
    supervisor->heard();
    subject->reload_begins();
    EXPECT_THAT(supervisor->heard(), IsEmpty());
    subject->reload_ends();
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("STATUS=closed")));
    become(BackendState::serving);
    EXPECT_THAT(supervisor->heard(), ElementsAre(StartsWith("READY=1")));
}

TEST_F(SupervisionTest, NothingButTheEndFollowsStopping) {
    start_ready();
    subject->stopping("SIGTERM");
    EXPECT_THAT(supervisor->heard(), ElementsAre("STOPPING=1\nSTATUS=stopping: SIGTERM"));
    subject->reload_begins();
    subject->reload_ends();
    become(BackendState::closed);
    subject->stopping("again");
    EXPECT_THAT(supervisor->heard(), IsEmpty());
}

TEST_F(SupervisionTest, SignsOfLifeComeFromTheLoopOnly) {
    start(20ms);
    EXPECT_THAT(supervisor->heard(), ElementsAre("STATUS=starting", "WATCHDOG=1"));
    const auto is_sign = [](const std::string& text) { return text == "WATCHDOG=1"; };
    run_until(is_sign);
    run_until(is_sign);
    // The loop stands still while that of another sends sign after sign.
    const auto name_of_other = abstract_name();
    const Supervisor of_other{name_of_other};
    boost::asio::io_context other_loop;
    const Supervision other{other_loop, {.socket = name_of_other, .watchdog_max = 20ms}};
    for (int signs = 0; signs < 5; other_loop.run_one())
        signs += static_cast<int>(std::ranges::count_if(of_other.heard(), is_sign));
    EXPECT_THAT(supervisor->heard(), IsEmpty());
    run_until(is_sign);
}

TEST_F(SupervisionTest, SignsOfLifeDoNotDependOnTheDatabase) {
    start(2ms);
    follow();
    become(BackendState::waiting);
    supervisor->heard();
    for (int i = 0; i < 3; ++i) run_until([](const std::string& text) { return text == "WATCHDOG=1"; });
}

TEST_F(SupervisionTest, AStartThatGoesForwardIsExtended) {
    intervals.extend = 1ms;
    const auto extends = [](const std::string& text) { return text.starts_with("EXTEND_TIMEOUT_USEC="); };
    start();
    follow();
    run_until(extends);  // the first, at once
    run_until(extends);  // connecting
    state = state_of(BackendState::loading);
    for (const std::uint64_t rows : {2000u, 3000u}) {
        state.backend.rows_announced = rows;
        run_until(extends);
    }
    for (const std::uint64_t rows : {1000u, 2000u, 3000u}) {
        state.backend.rows_loaded = rows;
        run_until(extends);
    }
    become(BackendState::serving);
    run_until([](const std::string& text) { return text.starts_with("READY=1"); });
    loop.restart();
    loop.run();  // nothing is left to wait for
    EXPECT_THAT(supervisor->heard(), IsEmpty());
}

TEST_F(SupervisionTest, ALoadThatStandsStillIsNotExtended) {
    intervals.extend = 1ms;
    start();
    state = state_of(BackendState::loading);
    state.backend.rows_loaded = 1000;
    follow();
    // That the status is told anew proves that the timer ran.
    for (const std::uint64_t turn : {1u, 2u, 3u, 4u}) {
        state.service.reason = std::to_string(turn) + " rows";
        const auto heard =
            run_until([&](const std::string& text) { return text.ends_with(state.service.reason); });
        if (turn <= 2) continue;
        EXPECT_THAT(heard, Not(testing::Contains(StartsWith("EXTEND")))) << "turn " << turn;
    }
}

TEST_F(SupervisionTest, AMissingSocketIsHeardWhenItComes) {
    supervisor.reset();
    start(1h);
    follow();
    become(BackendState::serving);
    subject->reload_begins();
    subject->reload_ends();
    become(BackendState::waiting);
    supervisor.emplace(name);
    const auto heard = run_until([](const std::string& text) { return text.contains("waiting"); });
    EXPECT_THAT(heard,
                ElementsAre(StartsWith("EXTEND_TIMEOUT_USEC="), StartsWith("READY=1\nSTATUS=open"),
                            StartsWith("RELOADING=1\n"), "READY=1", HasSubstr("waiting: no database")));
}

TEST_F(SupervisionTest, AFullSocketHoldsNobodyUpAndLosesNoReady) {
    start_ready();
    // More than any queue takes; the words differ each time.
    for (int i = 0; i < 100'000; ++i) {
        state.service.reason = std::to_string(i);
        subject->changed();
    }
    subject->reload_begins();
    subject->reload_ends();
    EXPECT_THAT(supervisor->heard(), Not(testing::Contains(StartsWith("RELOADING"))));
    const auto heard = run_until([](const std::string& text) { return text.starts_with("READY=1"); });
    EXPECT_THAT(heard, ElementsAre(StartsWith("RELOADING=1\n"), HasSubstr("99999")));
}

TEST_F(SupervisionTest, NoSupervisorIsNoTrouble) {
    name.clear();
    start(1ms);
    follow();
    become(BackendState::serving);
    subject->reload_begins();
    subject->reload_ends();
    subject->stopping("SIGTERM");
    EXPECT_EQ(loop.run(), 0u) << "not even a timer";
}

TEST_F(SupervisionTest, OddNamesAreNoTrouble) {
    const std::string too_long(200, 'x');
    for (const auto& odd :
         {std::string{"relative"}, std::string{"vsock:2:1234"}, "/" + too_long, "@" + too_long}) {
        name = odd;
        start(1h);
        follow();
        become(BackendState::serving);
        subject->stopping("SIGTERM");
        subject.reset();
    }
}

TEST(NotifySocketTest, PathAndAbstractName) {
    const TemporaryDirectory folder;
    for (const auto& name : {folder / "notify", abstract_name()}) {
        const Supervisor supervisor{name};
        NotifySocket socket{name};
        EXPECT_EQ(socket.send("READY=1"), 0);
        EXPECT_THAT(supervisor.heard(), ElementsAre("READY=1"));
    }
    EXPECT_EQ(NotifySocket{folder / "missing"}.send("READY=1"), ENOENT);
}

TEST(StatusWords, SayWhatIsTried) {
    auto state = state_of(BackendState::waiting);
    const auto now = std::chrono::steady_clock::time_point{1h};
    state.backend.attempt = 3;
    state.backend.attempts_max = 1000;
    state.backend.next_try = now + 1500ms;
    state.backend.last_error = "connection refused";
    EXPECT_EQ(
        status_words(state, now),
        "closed; lease database postgresql:leases@db1 waiting, attempt 3 of 1000, next in 2 s: no database: "
        "connection refused");
    state.service.reason = "postgresql:leases@db1: connection refused";
    EXPECT_EQ(
        status_words(state, now + 2s),
        "closed; lease database waiting, attempt 3 of 1000, next in 0 s: postgresql:leases@db1: connection "
        "refused");
    state.service.mode = ServiceMode::open_without_backend;
    EXPECT_THAT(status_words(state, now), StartsWith("open-without-backend (drop); "));
}

TEST(StatusWords, AreOneLineOfPrintableAscii) {
    auto state = state_of(BackendState::waiting);
    state.backend.last_error = "FATAL:\nREADY=1\t\xff m\xc3\xbc\x7f" + std::string(5000, 'x');
    const auto words = status_words(state, {});
    EXPECT_TRUE(std::ranges::all_of(words, [](char c) { return c >= ' ' && c <= '~'; })) << words;
    EXPECT_THAT(words, HasSubstr("FATAL: READY=1 ? m?? xxx"));
    EXPECT_LE(words.size(), 1000u);
}

TEST(SupervisorContactTest, IsTakenOutOfTheEnvironment) {
    struct Row {
        const char* watchdog;
        std::string process;
        std::chrono::microseconds expected;
    };
    for (const auto& row : {Row{"30000000", std::to_string(getpid()), 30s}, Row{"30000000", "", 30s},
                            Row{"30000000", std::to_string(getppid()), 0s}, Row{"30 s", "", 0s},
                            Row{"-1", "", 0s}, Row{"", "", 0s}}) {
        setenv("NOTIFY_SOCKET", "@name", 1);
        setenv("WATCHDOG_USEC", row.watchdog, 1);
        if (row.process.empty())
            unsetenv("WATCHDOG_PID");
        else
            setenv("WATCHDOG_PID", row.process.c_str(), 1);
        const auto contact = take_supervisor_contact();
        EXPECT_EQ(contact.socket, "@name");
        EXPECT_EQ(contact.watchdog_max, row.expected) << row.watchdog << " " << row.process;
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
            EXPECT_EQ(std::getenv(name), nullptr) << name;
    }
    EXPECT_EQ(take_supervisor_contact().socket, "");
}

}  // namespace
}  // namespace leasehold::supervision_test
