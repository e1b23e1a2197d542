#pragma once

namespace florin::actors {

/// A place in one chain.
template <typename T>
struct Link {
  T* previous = nullptr;
  T* next = nullptr;
};

/// A doubly linked list through its elements, so that adding and taking out allocate nothing and
/// an element knows its place. Owns nothing. Requires: an element is in one chain of its link at
/// most.
template <typename T, Link<T> T::*kLink>
class Chain {
 public:
  [[nodiscard]] bool empty() const { return front_ == nullptr; }
  [[nodiscard]] T* front() const { return front_; }
  [[nodiscard]] T* back() const { return back_; }
  [[nodiscard]] static T* Next(const T* element) { return (element->*kLink).next; }
  [[nodiscard]] static T* Previous(const T* element) { return (element->*kLink).previous; }

  void PushBack(T* element) { InsertBefore(nullptr, element); }
  void PushFront(T* element) { InsertBefore(front_, element); }

  /// `next` null: at the end.
  void InsertBefore(T* next, T* element) {
    T* previous = next == nullptr ? back_ : (next->*kLink).previous;
    element->*kLink = {previous, next};
    (previous == nullptr ? front_ : (previous->*kLink).next) = element;
    (next == nullptr ? back_ : (next->*kLink).previous) = element;
  }

  void Remove(T* element) {
    const Link<T> link = element->*kLink;
    (link.previous == nullptr ? front_ : (link.previous->*kLink).next) = link.next;
    (link.next == nullptr ? back_ : (link.next->*kLink).previous) = link.previous;
    element->*kLink = {};
  }

  void Clear() { front_ = back_ = nullptr; }

 private:
  T* front_ = nullptr;
  T* back_ = nullptr;
};

}  // namespace florin::actors
