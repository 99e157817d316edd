// A server whose leases are in memory, to which a test gives commands through the command table.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <nlohmann/json.hpp>

#include "config/dialect.hpp"
#include "control/command_context.hpp"
#include "control/command_table.hpp"
#include "control/reconfigure_secret.hpp"
#include "lease_backends/memory_store.hpp"
#include "lease_backends/outage_journal.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::testing_support {

inline config::Value parsed(std::string_view text) {
    auto read = config::parse(text, {});
    if (!read) throw std::runtime_error("not JSON: " + std::string{text});
    return std::move(read->value);
}

class CommandTest : public testing::Test {
protected:
    explicit CommandTest(Family family_, const char* text) : family{family_} {
        options.family = family;
        options.directories.data = folder.path();
        options.server_duid = [](const ServerDuidConfig&) { return Result<Octets, std::string>{Octets{0, 3, 0, 1, 2}}; };
        options.reconfigure_keys = []() -> Result<std::shared_ptr<const v6::ReconfigureKeys>, std::string> {
            return std::make_shared<const SecretKeys>(SecretKeys::Secret{});
        };
        auto loaded = config::load(parsed(text), options);
        EXPECT_TRUE(loaded) << (loaded ? "" : config::format(loaded.error()));
        if (!loaded) return;
        const auto first = loaded->server;
        EXPECT_TRUE(configuration.begin(std::move(*loaded)));
        server.start(first, [](ExitCode, const std::string& reason) { ADD_FAILURE() << reason; });
        while (server.status().backend.state != BackendState::serving) loop.run_one();
    }
    nlohmann::json ask(std::string_view command, std::string_view arguments) {
        std::optional<Answer> answer;
        run_command(context,
                    parsed("{ \"command\": \"" + std::string{command} + "\", \"arguments\": " + std::string{arguments} +
                           " }"),
                    Caller{}, [&](Answer given) { answer = std::move(given); });
        while (!answer) loop.run_one();
        std::string text;
        const auto pieces = to_pieces(std::move(*answer));
        while (pieces(text)) {
        }
        return nlohmann::json::parse(text);
    }
    void expect(std::string_view command, std::string_view arguments, int result, const std::string& text) {
        const auto answer = ask(command, arguments);
        EXPECT_EQ(answer["result"], result) << arguments;
        EXPECT_THAT(answer.value("text", ""), testing::HasSubstr(text)) << arguments;
    }
    nlohmann::json lease(std::string_view arguments) {
        return ask(family == Family::v4 ? "lease4-get" : "lease6-get", arguments).value("arguments", nlohmann::json{});
    }

    const Family family;
    testing_support::TemporaryDirectory folder;
    testing_support::FakeTime time;
    boost::asio::io_context loop;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{loop.get_executor()};
    SideThread side{loop};
    LogBackend logs{{}};
    Server server{loop, time,
                  {[](const BackendConfig&) { return std::make_unique<MemoryStore>(); }, make_outage_journal},
                  {.family = family}};
    ControlChannel channel{loop, side, {}, [](config::Value, const Caller&, const Reply&) {}};
    RunScript script{loop, server.events()};
    LegalLog legal_log{loop, server.events()};
    config::LoadOptions options;
    ChangeQueue changes;
    Configuration configuration{folder / "dhcp.conf", config::LoadOptions{.family = family, .directories = {.data = folder.path()}},
                                server, logs, channel, side, changes};
    EventStreams events{loop, [this] { return std::vector<EventSource>{{family, server.events()}}; }};
    CommandContext context{.family = family,
                           .loop = loop,
                           .server = server,
                           .configuration = configuration,
                           .channel = channel,
                           .changes = changes,
                           .logs = logs,
                           .script = script,
                           .legal_log = legal_log,
                           .side = side,
                           .events = events,
                           .shutdown = [](int) {}};
};

}  // namespace leasehold::testing_support
