// The forensic log's thread: nothing that was told before is lost by a reload or an end, and a disk that
// takes nothing holds up nobody.
#include "control/legal_log.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "dhcp/statistics.hpp"
#include "tests/dhcp/v4/packet.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::legal_log_test {
namespace {

using testing::HasSubstr;

struct LegalLogTest : testing::Test {
    testing_support::TemporaryDirectory folder;
    boost::asio::io_context loop;
    testing_support::FakeTime time;
    Statistics statistics{time};
    EventBus bus{statistics};
    LegalLogConfig legal = yearly();
    static constexpr LegalLogLimits quick{.waiting_max = 4, .retry = std::chrono::milliseconds{1}};

    LegalLogConfig yearly() const {
        LegalLogConfig made;
        made.target = {.directory = folder.path(), .base_name = "log", .unit = LegalLogTarget::Unit::year};
        return made;
    }
    std::shared_ptr<const ServerConfig> config(bool kept = true) const {
        auto made = std::make_shared<ServerConfig>();
        SubnetConfig subnet;
        subnet.id = 7;
        subnet.network = to_prefix(Ipv4Network{Ipv4{0xc0000200}, 24});
        made->subnets.push_back(subnet);
        if (kept) made->legal_log = std::make_shared<const LegalLogConfig>(legal);
        finish(*made);
        return made;
    }
    void grant(std::uint32_t number) {
        Lease lease;
        lease.address = to_prefix(Ipv4{0xc0000200 + number});
        lease.subnet_id = 7;
        lease.valid_lifetime = 60;
        bus.publish({{0, LeaseCause::granted, {}, lease}}, [] {
            return std::make_shared<const QueryContext>(QueryContext{
                v4::packet_with({53, 1, 3, 255}), "eth0", 2, to_ipv6(Ipv4{1}), to_ipv6(Ipv4{2}), 68});
        });
    }
    std::string file(const std::string& base_name = "log") const {
        LegalLogTarget target = legal.target;
        target.base_name = base_name;
        return folder / legal_log_file_name(target, std::chrono::system_clock::now());
    }
    /// The last octets of the addresses that a file tells of: "5 6 7".
    static std::string addresses(const std::string& path) {
        std::ifstream in{path};
        std::string line, found;
        while (std::getline(in, line)) {
            const auto at = line.find("192.0.2.");
            found += (found.empty() ? "" : " ") + line.substr(at + 8, line.find(' ', at) - at - 8);
        }
        return found;
    }
    template <class Until>
    void run_until(Until until) {
        while (!until()) {
            loop.restart();
            loop.poll();
            std::this_thread::yield();
        }
    }
};

TEST_F(LegalLogTest, WritesWhatHappensInItsOrder) {
    LegalLog log{loop, bus};
    log.use(config());
    for (std::uint32_t number = 1; number <= 5; ++number) grant(number);
    run_until([&] { return log.status().written == 5; });
    EXPECT_EQ(addresses(file()), "1 2 3 4 5");
    EXPECT_EQ(log.status().where, file());
    EXPECT_EQ(log.status().lost, 0u);
}

TEST_F(LegalLogTest, WithoutTheLibraryNobodyListens) {
    LegalLog log{loop, bus};
    log.use(config(false));
    bool asked = false;
    bus.publish({{0, LeaseCause::released, Lease{}, {}}}, [&] {
        asked = true;
        return std::shared_ptr<const QueryContext>{};
    });
    EXPECT_FALSE(asked);
    EXPECT_EQ(log.status().where, "");
}

TEST_F(LegalLogTest, TheEndWritesWhatWaits) {
    {
        LegalLog log{loop, bus};
        log.use(config());
        grant(1);
        grant(2);  // the loop does not run any more
    }
    EXPECT_EQ(addresses(file()), "1 2");
}

TEST_F(LegalLogTest, AReloadLosesNothing) {
    LegalLog log{loop, bus};
    log.use(config());
    grant(1);
    legal.target.base_name = "other";
    log.use(config());
    grant(2);
    run_until([&] { return log.status().written == 2; });
    // What waited may go to either place.
    EXPECT_THAT(addresses(file()) + addresses(file("other")), testing::AnyOf("12", "1 2"));
    grant(3);
    log.use(config(false));
    grant(4);
    run_until([&] { return log.status().written == 3; });
    EXPECT_THAT(addresses(file("other")), HasSubstr("3"));
    EXPECT_EQ(log.status().where, "");
}

TEST_F(LegalLogTest, AFullQueueLosesTheNewestAndCounts) {
    std::filesystem::create_directory(file());
    LegalLog log{loop, bus, quick};
    log.use(config());
    grant(1);
    run_until([&] { return !log.status().problem.empty(); });
    EXPECT_THAT(log.status().problem, HasSubstr(file()));
    for (std::uint32_t number = 2; number <= 20; ++number) {
        grant(number);
        loop.restart();
        loop.poll();
    }
    EXPECT_EQ(log.status().lost, 15u);  // of 20: one is with the writer, four wait
    std::filesystem::remove(file());
    run_until([&] { return log.status().written == 5; });
    EXPECT_EQ(addresses(file()), "1 2 3 4 5");
    EXPECT_EQ(log.status().problem, "");
}

TEST_F(LegalLogTest, ADiskThatTakesNothingDoesNotHoldTheEnd) {
    std::filesystem::create_directory(file());
    LegalLog log{loop, bus, quick};
    log.use(config());
    grant(1);
    run_until([&] { return !log.status().problem.empty(); });
}

TEST_F(LegalLogTest, AnotherPlaceGetsWhatTheFormerDidNotTake) {
    std::filesystem::create_directory(file());
    LegalLog log{loop, bus, quick};
    log.use(config());
    grant(1);
    run_until([&] { return !log.status().problem.empty(); });
    legal.target.base_name = "other";
    log.use(config());
    run_until([&] { return log.status().written == 1; });
    EXPECT_EQ(addresses(file("other")), "1");
}

TEST_F(LegalLogTest, LinesAfterTheFirstAreMarked) {
    const ExpressionNames names{.family = Family::v4,
                                .option_named = [](std::string_view) -> const OptionDef* { return nullptr; },
                                .option_coded = [](std::uint16_t) -> const OptionDef* { return nullptr; },
                                .class_named = [](std::string_view) { return std::optional<ClassId>{}; }};
    legal.request_format = *Expression::compile(Expression::Kind::text, "'first' + 0x0a + 'second'", names);
    legal.timestamp_format = "now";
    LegalLog log{loop, bus};
    log.use(config());
    grant(1);
    run_until([&] { return log.status().written == 1; });
    EXPECT_EQ(testing_support::read_text(file()), "now first\nnow - second\n");
    legal.mark_continuation_lines = false;
    log.use(config());
    grant(2);
    run_until([&] { return log.status().written == 2; });
    EXPECT_EQ(testing_support::read_text(file()), "now first\nnow - second\nnow first\nnow second\n");
}

TEST_F(LegalLogTest, ProgramsHearOfRotation) {
    const auto script = [this](const std::string& name, const std::string& body) {
        const auto path = folder / name;
        testing_support::write_text(path, "#!/bin/sh\n" + body + "\n");
        ::chmod(path.c_str(), 0755);
        return path;
    };
    legal.target.unit = LegalLogTarget::Unit::second;
    legal.target.prerotate = script("pre", "echo \"$1\" > " + folder.path() + "/new && mv " + folder.path() +
                                               "/new " + folder.path() + "/told");
    legal.target.postrotate = script("post", "exit 3");
    LegalLog log{loop, bus};
    log.use(config());
    grant(1);
    run_until([&] { return log.status().written == 1; });
    const auto first = log.status().where;
    std::this_thread::sleep_for(std::chrono::milliseconds{1100});
    grant(2);
    run_until([&] { return std::filesystem::exists(folder / "told") && log.status().programs_failed == 1; });
    EXPECT_EQ(testing_support::read_text(folder / "told"), first + "\n");
    EXPECT_NE(log.status().where, first);
}

}  // namespace
}  // namespace leasehold::legal_log_test
