#include "surgsigma/store/database.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <set>

#include "surgsigma/base/hash.h"
#include "surgsigma/schema/tables.h"

namespace surgsigma {
namespace {

constexpr const char* kManifestName = "surgsigma.json";
constexpr const char* kLockName = ".lock";
constexpr const char* kCacheName = ".known-files.json";

Result<int> take_lock(const fs::path& folder) {
  const fs::path path = folder / kLockName;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    return Error{ErrorKind::kIo, std::string("cannot open the lock file: ") + std::strerror(errno), path.string(),
                 "check the folder's permissions"};
  }
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return Error{ErrorKind::kBusy, "another process is writing to this database", folder.string(),
                 "wait for it to end, or stop it; reading (stats, sql, export) works meanwhile"};
  }
  return file;
}

/// The one thing here that is not to be repeatable: who could draw it again could find a patient's file name by trying.
std::string drawn_name_key() {
  std::random_device device;
  std::string key;
  for (int i = 0; i < 2; ++i) key += hex64(std::uint64_t{device()} << 32 | device());
  return key;
}

std::map<std::string, KnownFile> read_known_files(const fs::path& path) {
  std::map<std::string, KnownFile> known;
  const auto text = read_file(path);
  if (!text.ok()) return known;  // a cache: without it files are hashed again
  const auto json = parse_json(*text, path.string());
  if (!json.ok() || !json->is_array()) return known;
  for (const Json& entry : *json) {
    KnownFile file{text_or(entry, "path", ""), static_cast<std::uint64_t>(int_or(entry, "bytes", 0)),
                   int_or(entry, "modified_ns", 0), text_or(entry, "hash", "")};
    if (!file.path.empty() && !file.hash.empty()) known[file.path] = file;
  }
  return known;
}

}  // namespace

Status Database::create(const fs::path& folder, std::uint64_t seed, std::string_view tool_version) {
  std::error_code code;
  if (fs::exists(folder / kManifestName, code)) {
    return Error{ErrorKind::kUsage, "there is a database already", folder.string(), "use it, or name another folder"};
  }
  if (fs::exists(folder, code) && !fs::is_empty(folder, code)) {
    return Error{ErrorKind::kUsage, "the folder is not empty", folder.string(), "name a new or empty folder"};
  }
  fs::create_directories(folder / "tables", code);
  if (code) return Error{ErrorKind::kIo, "cannot make the folder: " + code.message(), folder.string(), ""};
  Manifest manifest;
  manifest.seed = seed;
  manifest.name_key = drawn_name_key();
  manifest.tool_version = std::string(tool_version);
  return write_file(folder / kManifestName, manifest_text(manifest));
}

Result<Database> Database::open(const fs::path& folder, Access access) {
  Database database;
  std::error_code code;
  if (!fs::exists(folder / kManifestName, code)) {
    return Error{ErrorKind::kNotFound, "no database here", folder.string(), "make one with `surgsigma init DIR`"};
  }
  database.folder_ = fs::absolute(folder).lexically_normal();
  if (access == Access::kWrite) {
    SURGSIGMA_TRY(lock, take_lock(folder));
    database.lock_ = lock;
  }
  SURGSIGMA_TRY(text, read_file(folder / kManifestName));
  SURGSIGMA_TRY(manifest, parse_manifest(text, (folder / kManifestName).string()));
  database.manifest_ = std::move(manifest);
  database.known_files_ = read_known_files(folder / kCacheName);
  return database;
}

Result<fs::path> Database::find(const fs::path& start) {
  std::error_code code;
  for (fs::path folder = fs::absolute(start, code); !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / kManifestName, code)) return folder;
    if (folder == folder.root_path()) break;
  }
  return Error{ErrorKind::kNotFound, "no database at or above this folder", start.string(),
               "name one with --db DIR, or make one with `surgsigma init DIR`"};
}

Database::Database(Database&& other) noexcept
    : folder_(std::move(other.folder_)),
      manifest_(std::move(other.manifest_)),
      known_files_(std::move(other.known_files_)),
      lock_(std::exchange(other.lock_, -1)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(manifest_, other.manifest_);
  std::swap(known_files_, other.known_files_);
  std::swap(lock_, other.lock_);
  return *this;
}

Database::~Database() {
  if (lock_ >= 0) ::close(lock_);
}

Status Database::commit(Manifest manifest) {
  if (lock_ < 0) return Error{ErrorKind::kInternal, "commit without the write lock", folder_.string(), ""};
  if (manifest.name_key.empty()) manifest.name_key = drawn_name_key();
  SURGSIGMA_CHECK(write_file(folder_ / kManifestName, manifest_text(manifest)));
  manifest_ = std::move(manifest);
  return done();
}

std::vector<fs::path> Database::files(std::string_view table, std::string_view source, std::string_view unit) const {
  std::vector<fs::path> found;
  for (const Partition& part : manifest_.partitions) {
    const bool is_wanted =
        part.table == table && (source.empty() || part.source == source) && (unit.empty() || part.unit == unit);
    if (is_wanted) found.push_back(folder_ / part.file);
  }
  return found;
}

Result<std::shared_ptr<Engine>> Database::engine_with_views(int threads) const {
  SURGSIGMA_TRY(engine, Engine::open(threads));
  std::string sql;
  for_each_table([&]<class Row>() {
    const auto paths = files(Row::kTable);
    sql += "CREATE VIEW " + std::string(Row::kTable) + " AS SELECT ";
    if (paths.empty()) {
      bool is_first = true;
      for (const ColumnSpec& column : column_specs<Row>()) {
        sql += (is_first ? "" : ", ") + ("NULL::" + std::string(sql_type(column.type))) + " AS " + column.name;
        is_first = false;
      }
      sql += " WHERE false;";
      return;
    }
    sql += "* FROM read_parquet([";
    for (std::size_t i = 0; i < paths.size(); ++i) sql += (i ? ", " : "") + sql_quoted(paths[i].string());
    sql += "]);";
  });
  SURGSIGMA_CHECK(engine->run(sql));
  return engine;
}

Status Database::remove_orphans() const {
  if (lock_ < 0) return Error{ErrorKind::kInternal, "cleaning without the write lock", folder_.string(), ""};
  std::set<std::string> named;
  for (const Partition& part : manifest_.partitions) named.insert(part.file);
  std::error_code code;
  if (!fs::exists(folder_ / "tables", code)) return done();
  SURGSIGMA_TRY(tree, list_tree(folder_ / "tables"));
  for (const FoundFile& file : tree.files) {
    if (!named.contains("tables/" + file.path)) fs::remove(folder_ / "tables" / file.path, code);
  }
  return done();
}

Result<std::string> Database::tree_hash() const {
  Hasher hasher;
  for (const Partition& part : manifest_.partitions) {
    SURGSIGMA_TRY(hash, file_hash(folder_ / part.file));
    hasher.add(part.file).add(static_cast<std::int64_t>(hash));
  }
  return hasher.hex();
}

Status Database::save_known_files() const {
  Json json = Json::array();
  for (const auto& [path, file] : known_files_) {
    json.push_back({{"path", path}, {"bytes", file.bytes}, {"modified_ns", file.modified_ns}, {"hash", file.hash}});
  }
  return write_file(folder_ / kCacheName, to_text(json));
}

std::string partition_file(std::string_view table, std::string_view source, std::string_view unit,
                           std::string_view key) {
  std::string name = "tables/" + std::string(table) + "/";
  if (!source.empty()) name += std::string(source) + "-";
  return name + std::string(unit) + "-" + std::string(key) + ".parquet";
}

}  // namespace surgsigma
