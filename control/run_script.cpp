#include "control/run_script.hpp"

#include <boost/asio/post.hpp>
#include <deque>
#include <utility>

#include "control/child_programs.hpp"
#include "control/script_environment.hpp"
#include "dhcp/log.hpp"

namespace leasehold {

Result<void, std::string> check_script_of(const ServerConfig& config) {
    if (config.run_script.path.empty()) return {};
    return check_program(config.run_script.path, "the program that hears of leases");
}

struct RunScript::Impl : std::enable_shared_from_this<RunScript::Impl> {
    Impl(boost::asio::io_context& on, EventBus& from, std::chrono::milliseconds time)
        : loop{on}, bus{from}, programs{on, time} {}

    void use(std::shared_ptr<const ServerConfig> next);
    void wake();
    void work();
    void start(const ScriptCall& call);
    void fail(std::string_view occasion, const std::string& reason);
    void tell_lost();

    boost::asio::io_context& loop;
    EventBus& bus;
    ChildPrograms programs;
    std::shared_ptr<const ServerConfig> config;
    std::shared_ptr<EventBus::Subscription> subscription;
    std::deque<ScriptCall> calls;  // of the decision that is being told
    ScriptStatus counted;
    std::uint64_t lost_before = 0, lost_told = 0;
    bool woken = false;
};

void RunScript::Impl::use(std::shared_ptr<const ServerConfig> next) {
    config = std::move(next);
    if (config->run_script.path.empty()) {
        if (subscription) lost_before += subscription->lost();
        subscription.reset();
        calls.clear();
    } else if (!subscription) {
        subscription = bus.subscribe(waiting_max, [this] { wake(); });
    }
}

void RunScript::Impl::wake() {
    if (std::exchange(woken, true)) return;
    boost::asio::post(loop, [self = weak_from_this()] {
        if (const auto impl = self.lock()) {
            impl->woken = false;
            impl->work();
        }
    });
}

void RunScript::Impl::work() {
    tell_lost();
    while (programs.running() < running_max) {
        if (calls.empty()) {
            const auto events = subscription ? subscription->take() : nullptr;
            if (!events) return;
            for (auto& call : script_calls(*events, *config)) calls.push_back(std::move(call));
            continue;
        }
        const ScriptCall call = std::move(calls.front());
        calls.pop_front();
        start(call);
    }
}

void RunScript::Impl::start(const ScriptCall& call) {
    const auto ended = [self = weak_from_this(), occasion = call.occasion](const std::string& problem) {
        const auto impl = self.lock();
        if (!impl) return;
        if (!problem.empty()) impl->fail(occasion, problem);
        impl->work();
    };
    const auto started =
        programs.start(config->run_script.path, std::string{call.occasion}, call.environment, ended);
    if (!started) return fail(call.occasion, started.error());
    ++counted.started;
}

void RunScript::Impl::fail(std::string_view occasion, const std::string& reason) {
    ++counted.failed;
    log(MessageId::RUN_SCRIPT_FAILED,
        {{"program", config->run_script.path}, {"occasion", occasion}, {"reason", reason}});
}

/// Once per full queue: when it is found to have overflown since it was last told.
void RunScript::Impl::tell_lost() {
    const auto lost = lost_before + (subscription ? subscription->lost() : 0);
    if (lost == lost_told || programs.running() < running_max) return;
    log(MessageId::RUN_SCRIPT_TOO_SLOW, {{"program", config->run_script.path},
                                         {"count", lost - lost_told},
                                         {"limit", std::uint64_t{waiting_max}}});
    lost_told = lost;
}

RunScript::RunScript(boost::asio::io_context& loop, EventBus& bus, std::chrono::milliseconds allowed)
    : impl_{std::make_shared<Impl>(loop, bus, allowed)} {}
RunScript::~RunScript() = default;

void RunScript::use(std::shared_ptr<const ServerConfig> config) {
    impl_->use(std::move(config));
}

ScriptStatus RunScript::status() const {
    auto status = impl_->counted;
    if (impl_->config) status.path = impl_->config->run_script.path;
    status.running = impl_->programs.running();
    status.waiting = impl_->calls.size() + (impl_->subscription ? impl_->subscription->waiting() : 0);
    status.lost = impl_->lost_before + (impl_->subscription ? impl_->subscription->lost() : 0);
    return status;
}

}  // namespace leasehold
