#include "surgsigma/store/engine.h"

#include <duckdb.h>
#include <unistd.h>

#include <cctype>
#include <cstring>
#include <optional>

namespace surgsigma {
namespace {

Error engine_error(const char* message, std::string where) {
  std::string what = message ? message : "DuckDB gave no reason";
  const bool is_io = what.find("No space left") != std::string::npos || what.find("IO Error") != std::string::npos;
  return {is_io ? ErrorKind::kIo : ErrorKind::kData, std::move(what), std::move(where),
          is_io ? "check free space and permissions, then run the command again" : ""};
}

/// Frees a DuckDB handle at the end of its scope.
template <class Handle, void (*Destroy)(Handle*)>
struct Owned {
  Handle handle{};
  Owned() = default;
  explicit Owned(Handle h) : handle(h) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (handle) Destroy(&handle);
  }
};
using OwnedType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;

struct ResultHolder {
  duckdb_result result{};
  bool is_set = false;
  ~ResultHolder() {
    if (is_set) duckdb_destroy_result(&result);
  }
};

duckdb_logical_type make_type(ColumnType type) {
  const auto list_of = [](duckdb_type element) {
    OwnedType child(duckdb_create_logical_type(element));
    return duckdb_create_list_type(child.handle);
  };
  switch (type) {
    case ColumnType::kInt64:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case ColumnType::kInt32:
      return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
    case ColumnType::kDouble:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case ColumnType::kBool:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case ColumnType::kText:
      return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case ColumnType::kTextList:
      return list_of(DUCKDB_TYPE_VARCHAR);
    case ColumnType::kInt64List:
      return list_of(DUCKDB_TYPE_BIGINT);
    case ColumnType::kInt32List:
      return list_of(DUCKDB_TYPE_INTEGER);
    case ColumnType::kDoubleList:
      return list_of(DUCKDB_TYPE_DOUBLE);
  }
  return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
}

}  // namespace

struct Engine::Impl {
  duckdb_database database = nullptr;
  std::mutex mutex;
  std::vector<duckdb_connection> idle;

  ~Impl() {
    for (auto& connection : idle) duckdb_disconnect(&connection);
    if (database) duckdb_close(&database);
  }
};

namespace {

/// Borrows a connection for one call.
class Connection {
 public:
  explicit Connection(Engine::Impl& impl) : impl_(impl) {
    std::lock_guard lock(impl_.mutex);
    if (!impl_.idle.empty()) {
      connection_ = impl_.idle.back();
      impl_.idle.pop_back();
    } else {
      duckdb_connect(impl_.database, &connection_);
    }
  }
  ~Connection() {
    std::lock_guard lock(impl_.mutex);
    if (connection_) impl_.idle.push_back(connection_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  duckdb_connection get() const { return connection_; }

 private:
  Engine::Impl& impl_;
  duckdb_connection connection_ = nullptr;
};

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Batches into DuckDB: a table function that pulls them from a bounded queue.

struct ParquetStream::Queue {
  std::vector<ColumnSpec> columns;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<RowBatch> full;
  std::deque<RowBatch> empty;
  bool is_closed = false;   // no more batches come
  bool is_dropped = false;  // nobody takes batches any more
  std::optional<Error> error;
  static constexpr std::size_t kDepth = 3;
};

namespace {

template <class T>
void fill_scalars(duckdb_vector vector, const std::vector<std::int64_t>& values) {
  T* data = static_cast<T*>(duckdb_vector_get_data(vector));
  for (std::size_t i = 0; i < values.size(); ++i) data[i] = static_cast<T>(values[i]);
}

void fill_texts(duckdb_vector vector, const ColumnBuffer& column) {
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < column.ends.size(); ++i) {
    duckdb_vector_assign_string_element_len(vector, i, column.bytes.data() + begin, column.ends[i] - begin);
    begin = column.ends[i];
  }
}

void fill_list_entries(duckdb_vector vector, const ColumnBuffer& column) {
  auto* entries = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector));
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < column.list_ends.size(); ++i) {
    entries[i] = {begin, column.list_ends[i] - begin};
    begin = column.list_ends[i];
  }
  duckdb_list_vector_reserve(vector, begin);
  duckdb_list_vector_set_size(vector, begin);
}

void fill_column(duckdb_vector vector, const ColumnBuffer& column) {
  switch (column.type) {
    case ColumnType::kInt64:
      fill_scalars<std::int64_t>(vector, column.ints);
      break;
    case ColumnType::kInt32:
      fill_scalars<std::int32_t>(vector, column.ints);
      break;
    case ColumnType::kBool:
      fill_scalars<bool>(vector, column.ints);
      break;
    case ColumnType::kDouble:
      std::memcpy(duckdb_vector_get_data(vector), column.doubles.data(), column.doubles.size() * sizeof(double));
      break;
    case ColumnType::kText:
      fill_texts(vector, column);
      break;
    case ColumnType::kTextList:
      fill_list_entries(vector, column);
      fill_texts(duckdb_list_vector_get_child(vector), column);
      break;
    case ColumnType::kInt64List:
      fill_list_entries(vector, column);
      fill_scalars<std::int64_t>(duckdb_list_vector_get_child(vector), column.ints);
      break;
    case ColumnType::kInt32List:
      fill_list_entries(vector, column);
      fill_scalars<std::int32_t>(duckdb_list_vector_get_child(vector), column.ints);
      break;
    case ColumnType::kDoubleList:
      fill_list_entries(vector, column);
      if (!column.doubles.empty()) {
        std::memcpy(duckdb_vector_get_data(duckdb_list_vector_get_child(vector)), column.doubles.data(),
                    column.doubles.size() * sizeof(double));
      }
      break;
  }
  if (!column.valid.empty()) {
    duckdb_vector_ensure_validity_writable(vector);
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    for (std::size_t i = 0; i < column.valid.size(); ++i) {
      if (!column.valid[i]) duckdb_validity_set_row_invalid(validity, i);
    }
  }
}

ParquetStream::Queue* queue_of(std::uint64_t handle) {
  ParquetStream::Queue* queue = nullptr;
  std::memcpy(&queue, &handle, sizeof queue);
  return queue;
}

void bind_rows(duckdb_bind_info info) {
  Owned<duckdb_value, duckdb_destroy_value> parameter(duckdb_bind_get_parameter(info, 0));
  auto* queue = queue_of(duckdb_get_uint64(parameter.handle));
  for (const ColumnSpec& column : queue->columns) {
    OwnedType type(make_type(column.type));
    duckdb_bind_add_result_column(info, column.name.c_str(), type.handle);
  }
  duckdb_bind_set_bind_data(info, queue, nullptr);
}

void init_rows(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

void pull_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto* queue = static_cast<ParquetStream::Queue*>(duckdb_function_get_bind_data(info));
  RowBatch batch;
  {
    std::unique_lock lock(queue->mutex);
    queue->changed.wait(lock, [&] { return !queue->full.empty() || queue->is_closed || queue->is_dropped; });
    if (queue->is_dropped) {
      duckdb_function_set_error(info, "writing was given up");
      return;
    }
    if (queue->full.empty()) {
      duckdb_data_chunk_set_size(chunk, 0);
      return;
    }
    batch = std::move(queue->full.front());
    queue->full.pop_front();
  }
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    fill_column(duckdb_data_chunk_get_vector(chunk, i), batch.columns[i]);
  }
  duckdb_data_chunk_set_size(chunk, batch.rows);
  for (auto& column : batch.columns) column.clear();
  batch.rows = 0;
  {
    std::lock_guard lock(queue->mutex);
    queue->empty.push_back(std::move(batch));
  }
  queue->changed.notify_all();
}

Status register_row_source(duckdb_connection connection) {
  Owned<duckdb_table_function, duckdb_destroy_table_function> function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.handle, "surgsigma_rows");
  OwnedType handle_type(duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT));
  duckdb_table_function_add_parameter(function.handle, handle_type.handle);
  duckdb_table_function_set_bind(function.handle, bind_rows);
  duckdb_table_function_set_init(function.handle, init_rows);
  duckdb_table_function_set_function(function.handle, pull_rows);
  if (duckdb_register_table_function(connection, function.handle) != DuckDBSuccess) {
    return Error{ErrorKind::kInternal, "DuckDB refused the row source", "store/engine", ""};
  }
  return done();
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Engine

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::shared_ptr<Engine>> Engine::open(int threads, int memory_limit_mb) {
  auto impl = std::make_unique<Impl>();
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  if (threads > 0) duckdb_set_config(config, "threads", std::to_string(threads).c_str());
  if (memory_limit_mb > 0) {
    duckdb_set_config(config, "memory_limit", (std::to_string(memory_limit_mb) + "MB").c_str());
  }
  char* message = nullptr;
  const bool opened = duckdb_open_ext(nullptr, &impl->database, config, &message) == DuckDBSuccess;
  duckdb_destroy_config(&config);
  if (!opened) {
    Error error = engine_error(message, "DuckDB");
    duckdb_free(message);
    return error;
  }
  std::shared_ptr<Engine> engine(new Engine(std::move(impl)));
  {
    Connection connection(engine->impl());
    SURGSIGMA_CHECK(register_row_source(connection.get()));
  }
  return engine;
}

Status Engine::run(const std::string& sql) {
  Connection connection(*impl_);
  ResultHolder holder;
  holder.is_set = true;
  if (duckdb_query(connection.get(), sql.c_str(), &holder.result) != DuckDBSuccess) {
    return engine_error(duckdb_result_error(&holder.result), "SQL");
  }
  return done();
}

namespace {

/// The statement without its closing semicolons, so that it can stand in brackets.
std::string as_subquery(std::string_view sql) {
  while (!sql.empty() && (sql.back() == ';' || std::isspace(static_cast<unsigned char>(sql.back())))) {
    sql.remove_suffix(1);
  }
  return "(" + std::string(sql) + "\n)";
}

}  // namespace

Result<QueryTable> Engine::query(const std::string& sql, std::size_t max_rows) {
  // Casting in SQL gives DuckDB's own text form for every type, nested ones included.
  const std::string as_text = "SELECT COLUMNS('(.*)')::VARCHAR AS '\\1' FROM " + as_subquery(sql);
  SURGSIGMA_TRY(stream, ChunkStream::open(shared_from_this(), as_text));
  QueryTable table;
  table.names = stream->names();
  while (true) {
    SURGSIGMA_TRY(count, stream->next());
    if (count == 0) return table;
    for (std::size_t r = 0; r < count; ++r) {
      if (table.rows.size() >= max_rows) {
        table.is_truncated = true;
        return table;
      }
      auto& row = table.rows.emplace_back();
      for (const ColumnView& column : stream->columns()) {
        row.push_back(detail::is_valid(column.validity, r) ? std::optional(std::string(text_at(column.data, r)))
                                                           : std::nullopt);
      }
    }
  }
}

Status Engine::query_json(const std::string& sql, const std::function<Status(const Json&)>& take) {
  SURGSIGMA_TRY(stream, ChunkStream::open(shared_from_this(), "SELECT to_json(row_of_query)::VARCHAR FROM " +
                                                                  as_subquery(sql) + " AS row_of_query"));
  while (true) {
    SURGSIGMA_TRY(count, stream->next());
    if (count == 0) return done();
    for (std::size_t r = 0; r < count; ++r) {
      SURGSIGMA_TRY(row, parse_json(text_at(stream->columns()[0].data, r), "SQL"));
      SURGSIGMA_CHECK(take(row));
    }
  }
}

std::string sql_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out += '\'';
}

// ---------------------------------------------------------------------------------------------------------------------
// Rows to Parquet

ParquetStream::ParquetStream(std::shared_ptr<Engine> engine, fs::path path, std::vector<ColumnSpec> columns,
                             ParquetOptions options)
    : engine_(std::move(engine)),
      path_(std::move(path)),
      temporary_(path_),
      columns_(std::move(columns)),
      options_(std::move(options)),
      queue_(std::make_unique<Queue>()) {
  temporary_ += ".writing-" + std::to_string(::getpid());
  queue_->columns = columns_;
}

ParquetStream::~ParquetStream() {
  if (finished_ || !started_) return;
  {
    std::lock_guard lock(queue_->mutex);
    queue_->is_dropped = true;
  }
  queue_->changed.notify_all();
  thread_.join();
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

RowBatch ParquetStream::take_empty() {
  {
    std::lock_guard lock(queue_->mutex);
    if (!queue_->empty.empty()) {
      RowBatch batch = std::move(queue_->empty.back());
      queue_->empty.pop_back();
      return batch;
    }
  }
  RowBatch batch;
  batch.columns.resize(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) batch.columns[i].type = columns_[i].type;
  return batch;
}

void ParquetStream::start() {
  started_ = true;
  thread_ = std::thread([this] {
    std::uint64_t handle = 0;
    const Queue* queue = queue_.get();
    std::memcpy(&handle, &queue, sizeof queue);
    std::string sql = "COPY (SELECT * FROM surgsigma_rows(" + std::to_string(handle) + "::UBIGINT)";
    if (!options_.order_by.empty()) sql += " ORDER BY " + options_.order_by;
    sql += ") TO " + sql_quoted(temporary_.string()) +
           " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE " +
           std::to_string(options_.row_group_rows);
    if (!options_.metadata.empty()) {
      sql += ", KV_METADATA {";
      for (std::size_t i = 0; i < options_.metadata.size(); ++i) {
        sql += (i ? ", " : "") + options_.metadata[i].first + ": " + sql_quoted(options_.metadata[i].second);
      }
      sql += "}";
    }
    const Status status = engine_->run(sql + ")");
    std::lock_guard lock(queue_->mutex);
    if (!status.ok()) queue_->error = status.error();
    queue_->is_dropped = true;
    queue_->changed.notify_all();
  });
}

void ParquetStream::push(RowBatch&& batch) {
  rows_ += static_cast<std::int64_t>(batch.rows);
  if (!started_) start();
  std::unique_lock lock(queue_->mutex);
  queue_->changed.wait(lock, [&] { return queue_->full.size() < Queue::kDepth || queue_->is_dropped; });
  if (queue_->is_dropped) return;  // finish() tells why
  queue_->full.push_back(std::move(batch));
  lock.unlock();
  queue_->changed.notify_all();
}

Result<WrittenFile> ParquetStream::finish() {
  finished_ = true;
  if (!started_) return WrittenFile{};
  {
    std::lock_guard lock(queue_->mutex);
    queue_->is_closed = true;
  }
  queue_->changed.notify_all();
  thread_.join();
  std::error_code code;
  if (queue_->error) {
    fs::remove(temporary_, code);
    Error error = *queue_->error;
    error.where = path_.string();
    return error;
  }
  const auto bytes = fs::file_size(temporary_, code);
  if (!code) fs::rename(temporary_, path_, code);
  if (code) return Error{ErrorKind::kIo, "cannot put the file in place: " + code.message(), path_.string(), ""};
  return WrittenFile{rows_, static_cast<std::int64_t>(bytes)};
}

// ---------------------------------------------------------------------------------------------------------------------
// Query to rows

struct ChunkStream::Impl {
  std::shared_ptr<Engine> engine;
  std::optional<Connection> connection;
  duckdb_prepared_statement statement = nullptr;
  duckdb_pending_result pending = nullptr;
  ResultHolder holder;
  duckdb_data_chunk chunk = nullptr;
  std::vector<bool> is_list;

  ~Impl() {
    if (chunk) duckdb_destroy_data_chunk(&chunk);
    if (holder.is_set) {
      duckdb_destroy_result(&holder.result);
      holder.is_set = false;
    }
    if (pending) duckdb_destroy_pending(&pending);
    if (statement) duckdb_destroy_prepare(&statement);
  }
};

ChunkStream::ChunkStream() : impl_(std::make_unique<Impl>()) {}
ChunkStream::~ChunkStream() = default;

Result<std::unique_ptr<ChunkStream>> ChunkStream::open(std::shared_ptr<Engine> engine, const std::string& sql) {
  std::unique_ptr<ChunkStream> stream(new ChunkStream());
  Impl& impl = *stream->impl_;
  impl.engine = std::move(engine);
  impl.connection.emplace(impl.engine->impl());
  if (duckdb_prepare(impl.connection->get(), sql.c_str(), &impl.statement) != DuckDBSuccess) {
    return engine_error(duckdb_prepare_error(impl.statement), "SQL");
  }
  if (duckdb_pending_prepared_streaming(impl.statement, &impl.pending) != DuckDBSuccess) {
    return engine_error(duckdb_pending_error(impl.pending), "SQL");
  }
  impl.holder.is_set = true;
  if (duckdb_execute_pending(impl.pending, &impl.holder.result) != DuckDBSuccess) {
    return engine_error(duckdb_result_error(&impl.holder.result), "SQL");
  }
  const idx_t columns = duckdb_column_count(&impl.holder.result);
  for (idx_t c = 0; c < columns; ++c) {
    stream->names_.emplace_back(duckdb_column_name(&impl.holder.result, c));
    impl.is_list.push_back(duckdb_column_type(&impl.holder.result, c) == DUCKDB_TYPE_LIST);
  }
  stream->views_.resize(columns);
  return stream;
}

Result<std::size_t> ChunkStream::next() {
  Impl& impl = *impl_;
  do {
    if (impl.chunk) duckdb_destroy_data_chunk(&impl.chunk);
    impl.chunk = duckdb_fetch_chunk(impl.holder.result);
    if (!impl.chunk) {
      const char* message = duckdb_result_error(&impl.holder.result);
      if (message && *message) return engine_error(message, "SQL");
      return std::size_t{0};
    }
  } while (duckdb_data_chunk_get_size(impl.chunk) == 0);
  for (std::size_t c = 0; c < views_.size(); ++c) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(impl.chunk, c);
    views_[c].data = duckdb_vector_get_data(vector);
    views_[c].validity = duckdb_vector_get_validity(vector);
    views_[c].child = impl.is_list[c] ? duckdb_vector_get_data(duckdb_list_vector_get_child(vector)) : nullptr;
  }
  return static_cast<std::size_t>(duckdb_data_chunk_get_size(impl.chunk));
}

}  // namespace surgsigma
