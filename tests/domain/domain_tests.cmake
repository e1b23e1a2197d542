# The rules: amounts, accounts, transactions, decisions.

foreach(
  test IN
  ITEMS amount_test
        account_bounds_test
        account_rules_test
        content_test
        refusal_text_test
        decide_test
        decide_holds_test
        rare_test
        refusal_order_test
        total_test)
  florin_add_test(NAME ${test} SOURCES ${test}.cc LIBS florin::domain florin::test_commands LABELS unit NO_CAF)
endforeach()
