#include "control/reconfigure_secret.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "control/configuration.hpp"

namespace leasehold {
namespace {

constexpr unsigned owner_only = 0600;

template <std::size_t size>
std::array<std::uint8_t, size> hmac(const EVP_MD* with, OctetView key, OctetView message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int written = 0;
    if (HMAC(with, key.data(), static_cast<int>(key.size()), message.data(), message.size(), digest.data(),
             &written) == nullptr ||
        written < size)
        throw std::runtime_error("OpenSSL does not make the digests that RFC 8415 20.4 needs");
    std::array<std::uint8_t, size> result{};
    std::copy_n(digest.begin(), size, result.begin());
    return result;
}

SecretKeys::Secret new_secret() {
    std::random_device random;
    std::uniform_int_distribution<unsigned> octet{0, 255};
    SecretKeys::Secret secret;
    std::ranges::generate(secret, [&] { return static_cast<std::uint8_t>(octet(random)); });
    return secret;
}

}  // namespace

v6::ReconfigureKey SecretKeys::key_of(OctetView duid) const {
    return hmac<std::tuple_size_v<v6::ReconfigureKey>>(EVP_sha256(), secret_, duid);
}

v6::ReconfigureDigest SecretKeys::sign(const v6::ReconfigureKey& key, OctetView message) const {
    return hmac<std::tuple_size_v<v6::ReconfigureDigest>>(EVP_md5(), key, message);
}

Result<std::shared_ptr<const v6::ReconfigureKeys>, std::string> ReconfigureSecret::make() {
    const std::scoped_lock lock{mutex_};
    if (made_) return made_;
    std::ifstream file{path_};
    if (!file && errno != ENOENT)
        return std::unexpected("the secret in " + path_ + " cannot be read: " +
                               std::generic_category().message(errno) + "; give this user the right to");
    auto secret = new_secret();
    if (file) {
        std::string text;
        std::getline(file, text);
        const auto octets = parse_hex(text);
        if (!octets || octets->size() != secret.size())
            return std::unexpected(path_ + " does not hold the secret of this server; restore it, or remove it: a new one "
                                           "is made then, and clients get new keys as they renew");
        std::ranges::copy(*octets, secret.begin());
    }
    made_ = std::make_shared<const SecretKeys>(secret);
    return made_;
}

Result<void, std::string> ReconfigureSecret::keep() {
    const auto keys = make();
    if (!keys) return std::unexpected(keys.error());
    std::error_code ignored;  // what cannot be looked at, or made, shows in the writing
    if (std::filesystem::exists(path_, ignored)) return {};
    std::filesystem::create_directories(std::filesystem::path{path_}.parent_path(), ignored);
    const std::scoped_lock lock{mutex_};
    if (auto written = replace_file(path_, to_hex(made_->secret(), "") + "\n", owner_only); !written)
        return std::unexpected("the secret of reconfigure-accept cannot be kept: " + written.error() +
                               "; make the directory writable. Until then clients' keys end with this process");
    return {};
}

}  // namespace leasehold
