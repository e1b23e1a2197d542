#include "server/rpc/reflection_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <set>
#include <utility>

#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "server/rpc/message_bytes.h"
#include "server/rpc/quote.h"
#include "server/rpc/side_stream.h"

namespace florin::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1alpha::FileDescriptorResponse;
using grpc::reflection::v1alpha::ServerReflectionRequest;
using grpc::reflection::v1alpha::ServerReflectionResponse;

const DescriptorPool& Pool() { return *DescriptorPool::generated_pool(); }

void RefuseQuestion(grpc::StatusCode code, const std::string& message,
                    ServerReflectionResponse* response) {
  response->mutable_error_response()->set_error_code(code);
  response->mutable_error_response()->set_error_message(message);
}

/// The file and all that it needs, those first that were named first.
void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>* seen,
             FileDescriptorResponse* out) {
  if (!seen->insert(file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  out->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), seen, out);
}

void AnswerFile(const FileDescriptor* file, const std::string& asked,
                ServerReflectionResponse* response) {
  if (file == nullptr) {
    RefuseQuestion(grpc::StatusCode::NOT_FOUND, "there is nothing called " + Quote(asked),
                   response);
    return;
  }
  std::set<const FileDescriptor*> seen;
  AddFile(file, &seen, response->mutable_file_descriptor_response());
}

const FileDescriptor* FileOfExtension(const std::string& type, int number) {
  const Descriptor* const message = Pool().FindMessageTypeByName(type);
  const FieldDescriptor* const field =
      message == nullptr ? nullptr : Pool().FindExtensionByNumber(message, number);
  return field == nullptr ? nullptr : field->file();
}

void AnswerExtensionNumbers(const std::string& type, ServerReflectionResponse* response) {
  const Descriptor* const message = Pool().FindMessageTypeByName(type);
  if (message == nullptr) return AnswerFile(nullptr, type, response);
  std::vector<const FieldDescriptor*> extensions;
  Pool().FindAllExtensions(message, &extensions);
  auto* const numbers = response->mutable_all_extension_numbers_response();
  numbers->set_base_type_name(type);
  for (const FieldDescriptor* const field : extensions)
    numbers->add_extension_number(field->number());
}

void AnswerQuestion(const ServerReflectionRequest& request,
                    const std::vector<std::string>& services, ServerReflectionResponse* response) {
  response->set_valid_host(request.host());
  *response->mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      return AnswerFile(Pool().FindFileByName(request.file_by_filename()),
                        request.file_by_filename(), response);
    case ServerReflectionRequest::kFileContainingSymbol:
      return AnswerFile(Pool().FindFileContainingSymbol(request.file_containing_symbol()),
                        request.file_containing_symbol(), response);
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& extension = request.file_containing_extension();
      return AnswerFile(FileOfExtension(extension.containing_type(), extension.extension_number()),
                        extension.containing_type(), response);
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      return AnswerExtensionNumbers(request.all_extension_numbers_of_type(), response);
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services)
        response->mutable_list_services_response()->add_service()->set_name(service);
      return;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      return RefuseQuestion(grpc::StatusCode::INVALID_ARGUMENT,
                            "the message asks for nothing; set one field of message_request",
                            response);
  }
}

using ReflectionStream = SideStream<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>>;

/// One question at a time: the next is read when the answer is sent.
class ReflectionCall final : public ReflectionStream {
 public:
  ReflectionCall(ServiceHost* host, CommandStreams* calls, MethodMetrics* metrics,
                 grpc::CallbackServerContext* context, const std::vector<std::string>* services)
      : ReflectionStream(host, calls, metrics, context), services_(services) {}

 private:
  void Idle() override {
    if (reading_) return;
    reading_ = true;
    StartRead(&read_bytes_);
  }

  void OnReadDone(bool ok) override {
    const auto keep = shared_from_this();
    std::optional<grpc::ByteBuffer> answer;
    try {
      if (ok) answer = Answer();
    } catch (const std::exception& error) {
      Fail(error.what());
    }
    const std::lock_guard lock(mutex());
    reading_ = false;
    answer_ = std::move(answer);
    half_closed_ = half_closed_ || !ok;
    Advance();
  }

  std::optional<grpc::ByteBuffer> Answer() {
    ArenaLease arena;
    auto* const request = arena.New<ServerReflectionRequest>();
    if (const auto refusal = ParseBytes(read_bytes_, request)) {
      EndWith(*refusal);
      return std::nullopt;
    }
    auto* const response = arena.New<ServerReflectionResponse>();
    AnswerQuestion(*request, *services_, response);
    return EncodeBytes(*response);
  }

  std::optional<grpc::ByteBuffer> NextAnswer() override {
    return std::exchange(answer_, std::nullopt);
  }

  std::optional<grpc::Status> End() override {
    if (!half_closed_) return std::nullopt;
    return grpc::Status::OK;
  }

  const std::vector<std::string>* const services_;
  grpc::ByteBuffer read_bytes_;
  std::optional<grpc::ByteBuffer> answer_;
  bool reading_ = false;
  bool half_closed_ = false;
};

}  // namespace

ReflectionService::ReflectionService(ServiceHost* service_host, std::vector<std::string> services)
    : RawService(service_host), services_(std::move(services)), calls_(StreamLimits()) {
  AddBidiStream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                [this](grpc::CallbackServerContext* context, MethodMetrics* metrics) {
                  const auto call = std::make_shared<ReflectionCall>(&host(), &calls_, metrics,
                                                                     context, &services_);
                  call->Open();
                  return call.get();
                });
}

}  // namespace florin::server
