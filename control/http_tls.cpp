// The only file that knows OpenSSL's and Asio's TLS.
#include "control/http_tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <filesystem>

namespace leasehold {
namespace {

namespace ssl = boost::asio::ssl;

class PlainTransport : public HttpTransport {
public:
    explicit PlainTransport(Socket socket) : socket_{std::move(socket)} {}

    Socket& socket() override { return socket_; }
    bool has_tls() const override { return false; }
    void handshake(std::function<void(const boost::system::error_code&)> done) override {
        boost::asio::post(socket_.get_executor(), [done = std::move(done)] { done({}); });
    }
    std::string certificate_name() const override { return {}; }
    void read_some(boost::asio::mutable_buffer buffer, Done done) override {
        socket_.async_read_some(buffer, std::move(done));
    }
    void write_some(boost::asio::const_buffer buffer, Done done) override {
        socket_.async_write_some(buffer, std::move(done));
    }
    void end_sending(std::function<void()> done) override {
        boost::system::error_code ignored;  // a peer that is gone shows when it is read from
        socket_.shutdown(Socket::shutdown_send, ignored);
        boost::asio::post(socket_.get_executor(), std::move(done));
    }

private:
    Socket socket_;
};

/// The last one in the subject, as verifiers take it; "" when it has none, or holds a NUL.
std::string common_name(const X509* certificate) {
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    int at = -1, last = -1;
    while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0) last = at;
    if (last < 0) return {};
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
    if (size < 0) return {};
    std::string name{reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
    OPENSSL_free(text);
    return name.find('\0') == std::string::npos ? name : std::string{};
}

class TlsTransport : public HttpTransport {
public:
    TlsTransport(Socket socket, std::shared_ptr<ssl::context> context)
        : context_{std::move(context)}, stream_{std::move(socket), *context_} {}

    Socket& socket() override { return stream_.next_layer(); }
    bool has_tls() const override { return true; }
    void handshake(std::function<void(const boost::system::error_code&)> done) override {
        stream_.async_handshake(ssl::stream_base::server, std::move(done));
    }
    std::string certificate_name() const override {
        auto* const tls = const_cast<Stream&>(stream_).native_handle();
        if (SSL_get_verify_result(tls) != X509_V_OK) return {};
        const std::unique_ptr<X509, void (*)(X509*)> certificate{SSL_get1_peer_certificate(tls), &X509_free};
        return certificate == nullptr ? std::string{} : common_name(certificate.get());
    }
    void read_some(boost::asio::mutable_buffer buffer, Done done) override {
        stream_.async_read_some(buffer, std::move(done));
    }
    void write_some(boost::asio::const_buffer buffer, Done done) override {
        stream_.async_write_some(buffer, std::move(done));
    }
    void end_sending(std::function<void()> done) override {
        stream_.async_shutdown([this, done = std::move(done)](const boost::system::error_code&) {
            boost::system::error_code ignored;  // the peer ended in its own way
            socket().shutdown(Socket::shutdown_send, ignored);
            done();
        });
    }

private:
    using Stream = ssl::stream<Socket>;
    std::shared_ptr<ssl::context> context_;
    Stream stream_;
};

std::unexpected<std::string> unusable(std::string_view key, const std::string& file, const std::string& why) {
    return std::unexpected("the " + std::string{key} + " " + file + " cannot be used: " + why);
}

/// As for files with passwords. One that is not there is told of when it is read.
std::string key_problem(const std::string& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return {};
    return "every user of this machine may read it; type: chmod o-rwx '" + file + "'";
}

/// Session tickets are told apart by it; OpenSSL wants one where certificates are asked for.
constexpr std::string_view session_context = "leasehold";

boost::system::error_code trust(ssl::context& context, const std::string& anchor) {
    boost::system::error_code error;
    std::error_code unreadable;
    if (std::filesystem::is_directory(anchor, unreadable)) {
        context.add_verify_path(anchor, error);
        return error;
    }
    context.load_verify_file(anchor, error);
    // The names that a client chooses its certificate by.
    if (!error) SSL_CTX_set_client_CA_list(context.native_handle(), SSL_load_client_CA_file(anchor.c_str()));
    return error;
}

}  // namespace

void HttpTransport::close() {
    boost::system::error_code ignored;  // closing cannot be helped
    socket().close(ignored);
}

std::unique_ptr<HttpTransport> make_transport(HttpTransport::Socket socket,
                                              std::shared_ptr<ssl::context> tls) {
    if (tls == nullptr) return std::make_unique<PlainTransport>(std::move(socket));
    return std::make_unique<TlsTransport>(std::move(socket), std::move(tls));
}

Result<std::shared_ptr<ssl::context>, std::string> make_tls_context(const config::HttpTlsConfig& config,
                                                                    bool asks) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    // Renegotiation would let one client have the server compute for ever.
    SSL_CTX_set_options(native,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(session_context.data()),
                                   static_cast<unsigned>(session_context.size()));
    if (const auto open_to_all = key_problem(config.key_file); !open_to_all.empty())
        return unusable("key-file", config.key_file, open_to_all);
    boost::system::error_code error;
    // Else OpenSSL would ask for it on the terminal.
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; },
                                   error);
    context->use_certificate_chain_file(config.cert_file, error);
    if (error) return unusable("cert-file", config.cert_file, error.message());
    context->use_private_key_file(config.key_file, ssl::context::pem, error);
    if (error)
        return unusable("key-file", config.key_file,
                        error.message() +
                            " (it must be a PEM file without a passphrase, and the key of the "
                            "certificate " +
                            config.cert_file + ")");
    if (SSL_CTX_check_private_key(native) != 1)
        return unusable("key-file", config.key_file,
                        "it is not the key of the certificate " + config.cert_file);
    if (!config.trust_anchor.empty())
        if (const auto wrong = trust(*context, config.trust_anchor))
            return unusable("trust-anchor", config.trust_anchor, wrong.message());
    const bool verifies = !config.trust_anchor.empty() && (config.cert_required || asks);
    context->set_verify_mode(!verifies              ? ssl::verify_none
                             : config.cert_required ? ssl::verify_peer | ssl::verify_fail_if_no_peer_cert
                                                    : ssl::verify_peer,
                             error);
    return context;
}

}  // namespace leasehold
