#include "control/legal_log.hpp"

#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "control/child_programs.hpp"
#include "control/legal_log_writer.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

/// For a thread that may outlive the loop.
struct LegalLogLoop {
    std::mutex mutex;
    boost::asio::io_context* loop = nullptr;
};

}  // namespace

class LegalLog::Impl : public std::enable_shared_from_this<LegalLog::Impl> {
public:
    Impl(boost::asio::io_context& loop, EventBus& bus, LegalLogLimits limits)
        : loop_{loop}, bus_{bus}, limits_{limits}, programs_{loop, limits.program_time} {
        loop_of_thread_->loop = &loop;
    }

    void use(std::shared_ptr<const ServerConfig> next);
    void finish();
    LegalLogStatus status() const;

private:
    void start();
    void wake();
    void take_over();
    void note_full(bool full, std::uint64_t lost);
    void start_program(const std::string& program, const std::string& file);
    void program_failed(const std::string& program, const std::string& file, const std::string& reason);

    boost::asio::io_context& loop_;
    EventBus& bus_;
    const LegalLogLimits limits_;
    ChildPrograms programs_;
    std::shared_ptr<LegalLogLoop> loop_of_thread_ = std::make_shared<LegalLogLoop>();
    std::shared_ptr<LegalLogWriter> writer_;  // from the first use on
    std::shared_ptr<const ServerConfig> config_;
    std::shared_ptr<EventBus::Subscription> subscription_;
    std::uint64_t bus_lost_ = 0;     // of the subscription, as last looked
    std::uint64_t lost_untold_ = 0;  // since the queue is full
    std::uint64_t programs_failed_ = 0;
    bool woken_ = false, is_full_ = false;
};

void LegalLog::Impl::use(std::shared_ptr<const ServerConfig> next) {
    take_over();  // what happened so far did so under the former one
    config_ = std::move(next);
    if (config_->legal_log == nullptr) {
        subscription_.reset();
        bus_lost_ = 0;
        if (writer_) writer_->set_target(std::nullopt);
        return;
    }
    if (!writer_) start();
    writer_->set_target(config_->legal_log->target);
    if (!subscription_) subscription_ = bus_.subscribe(limits_.waiting_max, [this] { wake(); });
}

void LegalLog::Impl::start() {
    const auto tell = [to = loop_of_thread_, self = weak_from_this()](const std::string& program,
                                                                      const std::string& file) {
        const std::lock_guard lock{to->mutex};
        if (to->loop == nullptr) return;
        boost::asio::post(*to->loop, [self, program, file] {
            if (const auto impl = self.lock()) impl->start_program(program, file);
        });
    };
    writer_ = std::make_shared<LegalLogWriter>(limits_, tell);
    std::thread{[writer = writer_] { writer->run(); }}.detach();  // finish() waits for it, but not for ever
}

/// After what the loop does now, which is to send the reply.
void LegalLog::Impl::wake() {
    if (std::exchange(woken_, true)) return;
    boost::asio::post(loop_, [self = weak_from_this()] {
        const auto impl = self.lock();
        if (!impl) return;
        impl->woken_ = false;
        impl->take_over();
    });
}

void LegalLog::Impl::take_over() {
    if (!subscription_) return;
    const auto now = std::chrono::system_clock::now();
    std::uint64_t lost = subscription_->lost() - std::exchange(bus_lost_, subscription_->lost());
    bool taken = false;
    while (const auto events = subscription_->take()) {
        if (writer_->add({events, config_, now}))
            taken = true;
        else
            ++lost;
    }
    if (lost != 0) writer_->count_lost(lost);
    if (lost != 0 || taken) note_full(lost != 0, lost);
}

/// Told when it begins and when it is over: half of the queue is free again.
void LegalLog::Impl::note_full(bool full, std::uint64_t lost) {
    lost_untold_ += lost;
    if (full && !std::exchange(is_full_, true))
        log(MessageId::LEGAL_LOG_OVERFLOW, {{"limit", std::uint64_t{limits_.waiting_max}}});
    if (full || !is_full_ || writer_->status().waiting > limits_.waiting_max / 2) return;
    is_full_ = false;
    log(MessageId::LEGAL_LOG_OVERFLOW_OVER, {{"count", std::exchange(lost_untold_, 0)}});
}

void LegalLog::Impl::start_program(const std::string& program, const std::string& file) {
    if (programs_.running() >= programs_max)
        return program_failed(program, file,
                              "it was not started, since " + std::to_string(programs_max) + " run already");
    const auto ended = [self = weak_from_this(), program, file](const std::string& problem) {
        const auto impl = self.lock();
        if (impl && !problem.empty()) impl->program_failed(program, file, problem);
    };
    const auto started = programs_.start(program, file, {}, ended);
    if (!started) program_failed(program, file, started.error());
}

void LegalLog::Impl::program_failed(const std::string& program, const std::string& file,
                                    const std::string& reason) {
    ++programs_failed_;
    log(MessageId::LEGAL_LOG_PROGRAM_FAILED, {{"program", program}, {"file", file}, {"reason", reason}});
}

void LegalLog::Impl::finish() {
    take_over();
    if (!writer_) return;
    writer_->stop();
    writer_->wait_for_end(limits_.last_words);
    if (const auto left = writer_->status().waiting; left != 0)
        log(MessageId::LEGAL_LOG_LEFT, {{"count", left}});
    const std::lock_guard lock{loop_of_thread_->mutex};
    loop_of_thread_->loop = nullptr;
}

LegalLogStatus LegalLog::Impl::status() const {
    auto status = writer_ ? writer_->status() : LegalLogStatus{};
    if (!config_ || config_->legal_log == nullptr) status.where.clear();
    if (subscription_) status.waiting += subscription_->waiting();
    status.programs_failed = programs_failed_;
    return status;
}

LegalLog::LegalLog(boost::asio::io_context& loop, EventBus& bus, LegalLogLimits limits)
    : impl_{std::make_shared<Impl>(loop, bus, limits)} {}
LegalLog::~LegalLog() {
    impl_->finish();
}

void LegalLog::use(std::shared_ptr<const ServerConfig> config) {
    impl_->use(std::move(config));
}

LegalLogStatus LegalLog::status() const {
    return impl_->status();
}

}  // namespace leasehold
